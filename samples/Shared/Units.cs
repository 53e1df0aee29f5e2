namespace Ftte.Samples.Shared;

/// <summary>Figures as people read them.</summary>
internal static class Units
{
    /// <summary>Writes a share of 1, such as <c>91.3 %</c>.</summary>
    public static string Percent(double share) => $"{100 * share:0.0} %";

    /// <summary>Writes a duration, such as <c>0.4 s</c>, <c>42 s</c> or <c>1:02:07 h</c>.</summary>
    public static string Duration(TimeSpan duration) => duration.TotalSeconds switch
    {
        < 9.95 => $"{duration.TotalSeconds:0.0} s",
        < 59.5 => $"{duration.TotalSeconds:0} s",
        < 3600 => $"{(int)duration.TotalMinutes}:{duration.Seconds:00} min",
        _ => $"{(int)duration.TotalHours}:{duration.Minutes:00} h",
    };

    /// <summary>Writes how many a second, such as <c>7.3</c> or <c>1,240</c>.</summary>
    public static string Rate(double perSecond) => perSecond < 10 ? $"{perSecond:0.0}" : $"{perSecond:N0}";
}
