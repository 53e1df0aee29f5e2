using System.Globalization;
using Ftte.Simulation.Common;

namespace Ftte.Simulation.Availability;

/// <summary>Reads recorded availability of real devices from a file.</summary>
/// <remarks>
/// A text file, one window per line: <c>device,from,to</c>, where the device is any name without a comma and the times are seconds since the
/// beginning of the trace, less than 1e10 either way. There is no header. Empty lines and lines that begin with <c>#</c> are ignored. The lines of each device must be in ascending order; lines of different devices may be mixed.
/// </remarks>
public static class AvailabilityTrace
{
    private const int MaxLineLength = 4096;
    private const int MaxWindows = 50_000_000;
    private const double MaxSeconds = 10 * TimeLimits.MaxSeconds;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>A pattern per device, in the order of the first line of each device.</returns>
    /// <exception cref="InvalidDataException">A line is not valid. The message states the line, the problem and what to do.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<(string Device, AvailabilityPattern Availability)> Read(string path)
    {
        using var reader = new StreamReader(path);
        return Read(reader, path);
    }

    /// <summary>Reads from a text reader.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="name">The name of the source in error messages.</param>
    /// <returns>A pattern per device, in the order of the first line of each device.</returns>
    /// <exception cref="InvalidDataException">A line is not valid. The message states the line, the problem and what to do.</exception>
    public static IReadOnlyList<(string Device, AvailabilityPattern Availability)> Read(TextReader reader, string name = "trace")
    {
        ArgumentNullException.ThrowIfNull(reader);
        var windows = new Dictionary<string, List<AvailabilityWindow>>(StringComparer.Ordinal);
        var order = new List<string>();
        int count = 0;
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line) || line[0] == '#')
            {
                continue;
            }

            if (line.Length > MaxLineLength)
            {
                throw Bad(name, number, $"it has {line.Length} characters, but the maximum is {MaxLineLength}. Shorten it");
            }

            string[] fields = line.Split(',');
            if (fields.Length != 3)
            {
                throw Bad(name, number, $"it has {fields.Length} fields instead of three. Write device,from,to");
            }

            if (count == 0 && !TryRead(fields[1], out _) && !TryRead(fields[2], out _))
            {
                throw Bad(name, number, $"'{line}' has no times and may be a header. Remove it, or put a # before it");
            }

            string device = fields[0].Trim();
            if (device.Length == 0)
            {
                throw Bad(name, number, "the first field, device, is empty. Give the device a name");
            }

            TimeSpan from = ReadTime(name, number, "second field, from", fields[1]), to = ReadTime(name, number, "third field, to", fields[2]);
            if (to <= from)
            {
                throw Bad(name, number, $"the third field, to, is {fields[2].Trim()} and not later than the second, from, which is {fields[1].Trim()}. Correct the times");
            }

            if (!windows.TryGetValue(device, out List<AvailabilityWindow>? own))
            {
                windows.Add(device, own = []);
                order.Add(device);
            }

            if (own.Count > 0 && from < own[^1].To)
            {
                throw Bad(name, number, $"it begins before the previous window of '{device}' ends. Sort the lines by time");
            }

            if (++count > MaxWindows)
            {
                throw Bad(name, number, $"there are more than {MaxWindows} windows. Cut the trace");
            }

            own.Add(new AvailabilityWindow(from, to));
        }

        return [.. order.Select(device => (device, AvailabilityPattern.During([.. windows[device]])))];
    }

    private static TimeSpan ReadTime(string name, int line, string field, string text) =>
        !TryRead(text, out double seconds) ? throw Bad(name, line, $"the {field}, is '{text.Trim()}'. Specify a number of seconds, such as 12.5")
        : !(Math.Abs(seconds) < MaxSeconds) ? throw Bad(name, line, string.Create(CultureInfo.InvariantCulture, $"the {field}, is {text.Trim()}. Specify a time of less than {MaxSeconds:R} seconds before or after the beginning"))
        : TimeSpan.FromSeconds(seconds);

    private static bool TryRead(string text, out double seconds) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out seconds) && !double.IsNaN(seconds);

    private static InvalidDataException Bad(string name, int line, string reason) => new($"{name}, line {line}: {reason}.");
}
