using System.Globalization;

namespace Ftte.Samples.Shared;

/// <summary>Parses and formats amounts of memory.</summary>
internal static class ByteSize
{
    private static readonly (string Suffix, double Bytes)[] Units =
    [
        ("KiB", 1024), ("MiB", 1024 * 1024), ("GiB", 1024 * 1024 * 1024), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1), ("", 1),
    ];

    /// <summary>Parses an amount such as <c>262144</c>, <c>512KiB</c>, <c>1.5 MiB</c> or <c>300KB</c>.</summary>
    /// <param name="text">The amount, in any case; without a unit it is bytes.</param>
    /// <param name="bytes">The amount, rounded down to whole bytes.</param>
    /// <returns>True if the text is an amount of at least one byte.</returns>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        (string suffix, double unit) = Units.First(u => text.EndsWith(u.Suffix, StringComparison.OrdinalIgnoreCase));
        string number = text[..^suffix.Length].TrimEnd();
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) || value * unit is not (>= 1 and < 1e18))
        {
            return false;
        }

        bytes = (long)(value * unit);
        return true;
    }

    /// <summary>Formats an amount in the largest unit that gives at least 1, such as <c>512 KiB</c> or <c>1.46 MiB</c>.</summary>
    public static string ToText(double bytes) => Write(bytes, "0.##", "0.#");

    /// <summary>Formats an amount for a column, with trailing zeros, such as <c>2.50 MiB</c>.</summary>
    public static string ToCell(long bytes) => Write(bytes, bytes < 1024 ? "0" : "0.00", bytes < 1024 ? "0" : "0.0");

    private static string Write(double bytes, string belowTen, string belowHundred)
    {
        (double value, string unit) = bytes switch
        {
            < 1024 => (bytes, "B"),
            < 1024 * 1024 => (bytes / 1024, "KiB"),
            < 1024L * 1024 * 1024 => (bytes / (1024 * 1024), "MiB"),
            _ => (bytes / (1024L * 1024 * 1024), "GiB"),
        };
        string format = value switch { < 9.995 => belowTen, < 99.95 => belowHundred, _ => "0" };
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {unit}";
    }
}
