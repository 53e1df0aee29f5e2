using System.Globalization;
using System.Text;
using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Reads one file of values separated by commas.</summary>
internal sealed class RecordingReader
{
    private const NumberStyles TimeStyle = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;
    private const string Comma = "specify a file of values separated by commas, with the names of the columns in its first line";

    // Differences between two times stay in range.
    private const decimal MaxTicks = long.MaxValue / 2;

    private readonly TextLines _lines;
    private readonly string _name;
    private readonly RecordingFormat _format;
    private readonly byte[][] _labels;
    private readonly List<float> _samples = [];
    private readonly List<TimeSpan> _times = [];
    private readonly List<int> _classes = [];

    public RecordingReader(Stream stream, string name, RecordingFormat format)
    {
        format.Validate();
        (_lines, _name, _format) = (new TextLines(stream, name), name, format);
        _labels = [.. format.Labels.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">The file is invalid.</exception>
    public Recording Read()
    {
        string[] columns = _lines.TryRead(out ReadOnlySpan<byte> header)
            ? Encoding.UTF8.GetString(header).Split(',', StringSplitOptions.TrimEntries)
            : throw InvalidFile.Create(_name, "it is empty", "get the file again");
        int[] channels = [.. _format.Channels.Select(channel => Find(columns, channel))];
        int time = Find(columns, _format.TimeColumn), label = Find(columns, _format.LabelColumn);
        var cells = new Range[columns.Length + 1];
        while (_lines.TryRead(out ReadOnlySpan<byte> line))
        {
            int count = Split(line, cells);
            if (count != columns.Length)
            {
                throw Wrong($"has {(count > columns.Length ? "more than " : "")}{Math.Min(count, columns.Length)} values, but the header has {columns.Length} columns", Comma);
            }

            foreach (int channel in channels)
            {
                AddValue(columns[channel], line[cells[channel]]);
            }

            AddTime(columns[time], line[cells[time]]);
            AddLabel(line[cells[label]].Trim(" \t"u8));
        }

        return _times.Count > 0
            ? new Recording(_samples.ToArray(), _times.ToArray(), _classes.ToArray(), channels.Length)
            : throw InvalidFile.Create(_name, "it has no samples after the names of the columns", "get the file again");
    }

    private int Find(string[] columns, string column)
    {
        int found = Array.IndexOf(columns, column);
        if (found < 0)
        {
            throw InvalidFile.Create(_name, $"it has no column '{column}', only {NameList.Format(columns.Select(Printable))}", Comma);
        }

        return Array.LastIndexOf(columns, column) == found
            ? found
            : throw InvalidFile.Create(_name, $"it has two columns '{column}'", "give every column a unique name");
    }

    /// <summary>Finds the cells of a line.</summary>
    /// <returns>The number of cells; if there are too many, the length of the destination.</returns>
    private static int Split(ReadOnlySpan<byte> line, Span<Range> cells)
    {
        int count = 0;
        foreach (Range cell in line.Split((byte)','))
        {
            cells[count++] = cell;
            if (count == cells.Length)
            {
                break;
            }
        }

        return count;
    }

    private void AddValue(string column, ReadOnlySpan<byte> cell)
    {
        if (!float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) || !float.IsFinite(value))
        {
            throw Wrong($"has '{Printable(cell)}' in column '{column}', which is not a finite number", "correct the value or remove the line");
        }

        _samples.Add(value);
    }

    private void AddTime(string column, ReadOnlySpan<byte> cell)
    {
        if (!decimal.TryParse(cell, TimeStyle, CultureInfo.InvariantCulture, out decimal time) || Math.Abs(time) > MaxTicks / _format.TimeUnit.Ticks)
        {
            throw Wrong($"has '{Printable(cell)}' in column '{column}', which is not a time", $"specify the time in units of {_format.TimeUnit}, as a number");
        }

        var at = new TimeSpan((long)(time * _format.TimeUnit.Ticks));
        if (_times.Count > 0 && at < _times[^1])
        {
            throw Wrong($"has the time {Printable(cell)}, which is before that of the previous sample", "sort the lines by time");
        }

        _times.Add(at);
    }

    private void AddLabel(ReadOnlySpan<byte> cell)
    {
        if (cell.IsEmpty)
        {
            _classes.Add(Recording.NoLabel);
            return;
        }

        int found = 0;
        while (found < _labels.Length && !cell.SequenceEqual(_labels[found]))
        {
            found++;
        }

        if (found == _labels.Length)
        {
            throw Wrong($"has the label '{Printable(cell)}', but the known labels are {NameList.Format(_format.Labels)}", "correct the label, add it to the format, or leave the cell empty for a sample without a label");
        }

        _classes.Add(found);
    }

    private InvalidDataException Wrong(string problem, string advice) => InvalidFile.Create(_name, $"line {_lines.Number} {problem}", advice);

    private static string Printable(ReadOnlySpan<byte> cell) => Printable(Encoding.UTF8.GetString(cell));

    /// <summary>Returns text that fits into a message of one line.</summary>
    private static string Printable(string text)
    {
        const int MaxLength = 32;
        string visible = string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
        return visible.Length <= MaxLength ? visible : $"{visible[..MaxLength]}...";
    }
}
