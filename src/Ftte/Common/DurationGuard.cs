using System.Globalization;

namespace Ftte.Common;

/// <summary>Validates durations in options, which must fit in a message and a timer.</summary>
internal static class DurationGuard
{
    /// <summary>The maximum duration, well within the range of timers.</summary>
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
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"The duration must not be negative and must be at most {Max.TotalDays} days."));
        }
    }
}
