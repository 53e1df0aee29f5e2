using System.Globalization;

namespace Ftte.Simulation;

/// <summary>Reads when devices were there from a file, as recorded from real ones.</summary>
/// <remarks>
/// A text file, one window per line: <c>device,from,to</c>, where the device is any name without a comma and the times are seconds since the
/// beginning of the trace. Empty lines and lines that begin with <c>#</c> are passed over. The lines of a device are in ascending order; those of several may be mixed.
/// </remarks>
public static class AvailabilityTrace
{
    private const int LongestLine = 4096;
    private const int MostWindows = 50_000_000;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>A pattern per device, in the order in which the devices first come.</returns>
    /// <exception cref="InvalidDataException">A line is not as it should be; the message says which, what is wrong and what to do.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<(string Device, Availability Availability)> Read(string path)
    {
        using var reader = new StreamReader(path);
        return Read(reader, path);
    }

    /// <summary>Reads from anything that gives lines.</summary>
    /// <param name="reader">The lines.</param>
    /// <param name="name">What the lines come from, for errors.</param>
    /// <returns>A pattern per device, in the order in which the devices first come.</returns>
    /// <exception cref="InvalidDataException">A line is not as it should be; the message says which, what is wrong and what to do.</exception>
    public static IReadOnlyList<(string Device, Availability Availability)> Read(TextReader reader, string name = "trace")
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

            string[] fields = line.Length <= LongestLine ? line.Split(',') : [];
            if (fields.Length != 3 || string.IsNullOrWhiteSpace(fields[0]) || !TryReadSeconds(fields[1], out TimeSpan from) || !TryReadSeconds(fields[2], out TimeSpan to) || to <= from)
            {
                throw Bad(name, number, "it is not device,from,to with two times in seconds, the second the later one");
            }

            string device = fields[0].Trim();
            if (!windows.TryGetValue(device, out List<AvailabilityWindow>? own))
            {
                windows.Add(device, own = []);
                order.Add(device);
            }

            if (own.Count > 0 && from < own[^1].To)
            {
                throw Bad(name, number, $"it begins before the window of '{device}' before it ends; sort the lines by time");
            }

            if (++count > MostWindows)
            {
                throw Bad(name, number, $"there are more than {MostWindows} windows; cut the trace");
            }

            own.Add(new AvailabilityWindow(from, to));
        }

        return [.. order.Select(device => (device, Availability.During([.. windows[device]])))];
    }

    private static bool TryReadSeconds(string text, out TimeSpan time)
    {
        bool read = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && Math.Abs(seconds) < 1e10;
        time = read ? TimeSpan.FromSeconds(seconds) : default;
        return read;
    }

    private static InvalidDataException Bad(string name, int line, string reason) => new($"{name}, line {line}: {reason}.");
}
