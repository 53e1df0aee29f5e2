using System.Buffers;
using System.Text.Unicode;
using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Reads the lines of a text file of any size with one buffer, and rejects files that are not text.</summary>
internal sealed class TextLines(Stream stream, string name)
{
    /// <summary>The maximum length of a line, in bytes.</summary>
    public const int MaxLineBytes = 4096;

    private static readonly SearchValues<byte> Controls = SearchValues.Create([.. Enumerable.Range(0, 32).Where(value => value is not ('\t' or '\r')).Select(value => (byte)value)]);

    private readonly byte[] _buffer = new byte[2 * MaxLineBytes];
    private int _start;
    private int _end;

    /// <summary>Gets the number of the current line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Reads the next line that is not blank.</summary>
    /// <param name="line">Receives the line without its end; valid until the next call.</param>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="InvalidDataException">The line is too long or no text.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        do
        {
            if (!TryReadAny(out line))
            {
                return false;
            }
        }
        while (line.IsEmpty);
        return true;
    }

    private bool TryReadAny(out ReadOnlySpan<byte> line)
    {
        int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        if (length < 0)
        {
            Fill();
            length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        }

        bool isLast = length < 0;
        line = _buffer.AsSpan(_start, isLast ? _end - _start : length);
        if (isLast && line.IsEmpty)
        {
            return false;
        }

        Number++;
        _start += line.Length + (isLast ? 0 : 1);
        line = Number == 1 && line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        line = line.EndsWith("\r"u8) ? line[..^1] : line;
        Check(line);
        return true;
    }

    private void Check(ReadOnlySpan<byte> line)
    {
        // A binary file seldom has ends of lines, so its bytes are checked before the length.
        if (line.ContainsAny(Controls))
        {
            throw NoText();
        }

        if (line.Length > MaxLineBytes)
        {
            throw InvalidFile.Create(name, $"line {Number} has more than {MaxLineBytes} bytes", "specify a file of values separated by commas, with one sample per line");
        }

        if (!Utf8.IsValid(line))
        {
            throw NoText();
        }
    }

    private InvalidDataException NoText() =>
        InvalidFile.Create(name, $"line {Number} has bytes that are not text", "specify a text file of values separated by commas");

    /// <summary>Moves the rest to the front of the buffer, and reads until the buffer is full or the file ends.</summary>
    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        _end += stream.ReadAtLeast(_buffer.AsSpan(_end), _buffer.Length - _end, throwOnEndOfStream: false);
    }
}
