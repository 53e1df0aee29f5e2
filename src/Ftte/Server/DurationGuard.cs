using System.Globalization;

namespace Ftte;

/// <summary>Checks for the durations in options: they must fit a message and a timer.</summary>
internal static class DurationGuard
{
    public static void Positive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value > WireMessage.MaxDuration)
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"The duration must be positive and at most {WireMessage.MaxDuration.TotalDays} days."));
        }
    }

    public static void NotNegative(TimeSpan value, string name)
    {
        if (value < TimeSpan.Zero || value > WireMessage.MaxDuration)
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"The duration must not be negative and be at most {WireMessage.MaxDuration.TotalDays} days."));
        }
    }
}
