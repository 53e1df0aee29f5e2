using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Reads recordings from text files of values separated by commas.</summary>
public static class RecordingFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, in UTF-8. Its lines are samples, ascending in time.</param>
    /// <param name="format">The columns and the labels.</param>
    /// <returns>The recording. Labels are indices in <see cref="RecordingFormat.Labels"/>.</returns>
    /// <exception cref="ArgumentException">The format has no channels or no labels, or its unit is not positive.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is empty, is not text, has a line of more than 4,096 bytes, lacks a column or a value, or has a value that is not a finite number, an unknown label, or a time before the previous one.
    /// The message states the line, the problem and the solution.
    /// </exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static Recording Read(string path, RecordingFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        using FileStream file = DataFile.OpenRead(path);
        return new RecordingReader(file, path, format).Read();
    }

    /// <summary>Reads a recording from a stream.</summary>
    /// <param name="stream">The content, from the stream's position to its end. Stays open.</param>
    /// <param name="format">The columns and the labels.</param>
    /// <returns>The recording, as of <see cref="Read(string, RecordingFormat)"/>.</returns>
    /// <exception cref="InvalidDataException">
    /// The stream is empty, is not text, has a line of more than 4,096 bytes, lacks a column or a value, or has a value that is not a finite number, an unknown label, or a time before the previous one.
    /// The message states the line, the problem and the solution.
    /// </exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static Recording Read(Stream stream, RecordingFormat format)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(format);
        return new RecordingReader(stream, InvalidFile.Stream, format).Read();
    }
}
