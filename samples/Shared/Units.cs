using System.Globalization;

namespace Ftte.Samples.Shared;

/// <summary>Formats figures.</summary>
internal static class Units
{
    /// <summary>Formats a share, such as <c>91.3 %</c>.</summary>
    public static string Percent(double share) => Text($"{100 * share:0.0} %");

    /// <summary>Formats a duration, such as <c>0.4 s</c>, <c>42 s</c> or <c>1:02:07 h</c>.</summary>
    public static string Duration(TimeSpan duration) => duration.TotalSeconds switch
    {
        < 9.95 => Text($"{duration.TotalSeconds:0.0} s"),
        < 59.5 => Text($"{duration.TotalSeconds:0} s"),
        < 3600 => Text($"{(int)duration.TotalMinutes}:{duration.Seconds:00} min"),
        _ => Text($"{(int)duration.TotalHours}:{duration.Minutes:00} h"),
    };

    /// <summary>Formats a rate per second, such as <c>7.3</c> or <c>1,240</c>.</summary>
    public static string Rate(double perSecond) => perSecond < 10 ? Text($"{perSecond:0.0}") : Text($"{perSecond:N0}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
