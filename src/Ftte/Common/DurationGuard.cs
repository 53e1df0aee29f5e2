using System.Globalization;

namespace Ftte.Common;

/// <summary>Checks for the durations in options: they must fit a message and a timer.</summary>
internal static class DurationGuard
{
    /// <summary>The longest duration: well within what timers take.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromDays(30);

    public static void Positive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value > Max)
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"The duration must be positive and at most {Max.TotalDays} days."));
        }
    }

    public static void NotNegative(TimeSpan value, string name)
    {
        if (value < TimeSpan.Zero || value > Max)
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"The duration must not be negative and be at most {Max.TotalDays} days."));
        }
    }
}
