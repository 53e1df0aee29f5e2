using System.Collections.Immutable;
using System.Globalization;
using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Reads the smartwatch and smartphone measurements of Matey-Sanz, Casteleyn and Granell: 23 people, five activities, about 100 samples per second.</summary>
/// <remarks>
/// "Dataset of inertial measurements of smartphones and smartwatches for human activity recognition", Data in Brief, 2023, 109809; DOI 10.5281/zenodo.8398688; CC BY 4.0. Name
/// the authors wherever results are shown. A file is named after person, execution and device: <c>s01_02_sw.csv</c> for a watch, <c>s01_02_sp.csv</c> for a phone.
/// </remarks>
public static class WearableData
{
    /// <summary>Gets the activities, in the order of the labels.</summary>
    public static ImmutableArray<string> Labels { get; } = ["SEATED", "STANDING_UP", "WALKING", "TURNING", "SITTING_DOWN"];

    /// <summary>Gets the format of the files: acceleration in m/s² and rotation in rad/s, in three directions each.</summary>
    public static RecordingFormat Format { get; } = new() { Channels = ["x_acc", "y_acc", "z_acc", "x_gyro", "y_gyro", "z_gyro"], Labels = Labels };

    /// <summary>Reads a recording.</summary>
    /// <param name="path">The file, with the name that the publishers gave it.</param>
    /// <returns>The recording.</returns>
    /// <exception cref="InvalidDataException">The name of the file is not like s01_02_sw.csv, or its content is invalid, as of <see cref="RecordingFile.Read(string, RecordingFormat)"/>.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static WearableRecording Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.GetFileName(path) is ['s', var p1, var p2, '_', var e1, var e2, '_', 's', var device, '.', 'c', 's', 'v']
            && device is ('w' or 'p') && TryRead([p1, p2], out int person) && TryRead([e1, e2], out int execution)
            ? new WearableRecording(person, execution, device == 'w' ? WearableDevice.Watch : WearableDevice.Phone, RecordingFile.Read(path, Format))
            : throw InvalidFile.Create(path, "its name does not state person, execution and device", "specify a file with a name like s01_02_sw.csv");
    }

    /// <summary>Reads the recordings of a folder and its subfolders.</summary>
    /// <param name="folder">The folder into which the data set was unpacked, or the folder of one person.</param>
    /// <returns>The recordings, in the order of person, execution and device, phones first. A file is read when the recording is enumerated.</returns>
    /// <remarks>Subfolders that may not be read, and links whose target is missing, are left out.</remarks>
    /// <exception cref="InvalidDataException">The folder has no recordings, or a file is invalid.</exception>
    /// <exception cref="IOException">The folder is missing, or a file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static IEnumerable<WearableRecording> ReadFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder '{folder}' does not exist. Specify the folder into which the data set was unpacked.");
        }

        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };
        string[] files = [.. Directory.EnumerateFiles(folder, "s??_??_s?.csv", everywhere).Where(HasContent).OrderBy(Path.GetFileName, StringComparer.Ordinal)];
        return files.Length > 0
            ? files.Select(Read)
            : throw new InvalidDataException($"The folder '{folder}' has no file with a name like s01_02_sw.csv. Specify the folder into which the data set was unpacked.");
    }

    private static bool HasContent(string file) => File.ResolveLinkTarget(file, returnFinalTarget: true) is not { Exists: false };

    private static bool TryRead(ReadOnlySpan<char> digits, out int number) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
