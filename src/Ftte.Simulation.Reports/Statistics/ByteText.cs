using System.Globalization;

namespace Ftte.Simulation.Reports.Statistics;

/// <summary>Writes numbers of bytes.</summary>
internal static class ByteText
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Writes a number of bytes, such as <c>1.2 MB</c>; one KB is 1000 bytes.</summary>
    public static string Of(double bytes)
    {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        // The largest of a unit, such as 1,534 KB, would be 1.5 MB: three digits are enough to compare.
        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(unit == 0 || value >= 99.95 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Units[unit]}");
    }
}
