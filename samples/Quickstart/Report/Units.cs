namespace Quickstart;

/// <summary>Figures as people read them.</summary>
internal static class Units
{
    private static readonly string[] ByteUnits = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Writes a count of bytes, such as <c>1.2 MB</c>; one KB is 1000 bytes.</summary>
    public static string Bytes(long bytes)
    {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < ByteUnits.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return unit == 0 || value >= 99.95 ? $"{value:0} {ByteUnits[unit]}" : $"{value:0.0} {ByteUnits[unit]}";
    }

    /// <summary>Writes a duration, such as <c>42 s</c>, <c>4 min 10 s</c> or <c>1 h 5 min</c>.</summary>
    public static string Duration(TimeSpan duration)
    {
        long seconds = (long)Math.Round(duration.TotalSeconds);
        return seconds switch
        {
            < 10 => $"{duration.TotalSeconds:0.0} s",
            < 60 => $"{seconds} s",
            < 3600 => $"{seconds / 60} min {seconds % 60} s",
            _ => $"{seconds / 3600} h {seconds % 3600 / 60} min",
        };
    }

    /// <summary>Writes a share of 1, such as <c>91.3 %</c>.</summary>
    public static string Percent(double share) => $"{100 * share:0.0} %";
}
