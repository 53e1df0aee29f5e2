namespace Ftte.Simulation;

/// <summary>When a device is there: switched on, charging, on a network that costs nothing.</summary>
/// <remarks>
/// A job goes on only while its device is there and waits while it is not. Times are the device's own: since the run began, plus its clock's skew. Pure and
/// thread-safe.
/// </remarks>
public abstract class Availability
{
    /// <summary>Gets a device that is always there.</summary>
    public static Availability Always { get; } = new AlwaysThere();

    /// <summary>Makes a device that comes and goes with a period of its own.</summary>
    /// <param name="period">The time from one coming to the next; positive.</param>
    /// <param name="share">The share of it that the device is there, in (0, 1].</param>
    /// <param name="phase">When it first comes; before that it is there as in every period.</param>
    /// <returns>The pattern.</returns>
    public static Availability DutyCycle(TimeSpan period, double share, TimeSpan phase = default)
    {
        Guard.Positive(period);
        Guard.Positive(share);
        Guard.Share(share);
        return new Cycle(period.Ticks, Math.Max(1, (long)Math.Round(share * period.Ticks)), phase.Ticks);
    }

    /// <summary>Makes a device that is there at certain hours, as a phone that charges at night.</summary>
    /// <param name="from">When it comes, since midnight on its own clock; the run begins at midnight UTC.</param>
    /// <param name="to">When it goes; before <paramref name="from"/> it goes the next day.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is not within a day, or the two are the same.</exception>
    public static Availability Daily(TimeSpan from, TimeSpan to)
    {
        TimeSpan day = TimeSpan.FromDays(1);
        foreach (TimeSpan time in (ReadOnlySpan<TimeSpan>)[from, to])
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(time, day);
        }

        ArgumentOutOfRangeException.ThrowIfEqual(to, from);
        return new Cycle(day.Ticks, (to - from + day).Ticks % day.Ticks is var ticks && ticks == 0 ? day.Ticks : ticks, from.Ticks);
    }

    /// <summary>Makes a device that is there when a list says so; after its last window it is gone for good.</summary>
    /// <param name="windows">The windows, in ascending order and apart from each other. Copied.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="ArgumentException">A window is empty, or begins before the one before it ends; the message says which.</exception>
    public static Availability During(params ReadOnlySpan<AvailabilityWindow> windows) => new Listed(windows);

    /// <summary>Gives the window around a time, or else the first one after it.</summary>
    /// <param name="time">The time on the device's clock; may be negative.</param>
    /// <returns>The window, which ends after <paramref name="time"/>; null if the device never comes again.</returns>
    public abstract AvailabilityWindow? WindowAt(TimeSpan time);

    /// <summary>Says when work ends that begins now and goes on only while the device is there.</summary>
    /// <param name="start">When it begins, on the device's clock.</param>
    /// <param name="work">How long it takes.</param>
    /// <returns>When it ends; null if the device goes for good before.</returns>
    internal TimeSpan? EndOf(TimeSpan start, TimeSpan work)
    {
        for (TimeSpan from = start; WindowAt(from) is { } window; from = window.To)
        {
            TimeSpan begin = from > window.From ? from : window.From;
            if (window.To == TimeSpan.MaxValue || work <= window.To - begin)
            {
                return begin + work;
            }

            work -= window.To - begin;
        }

        return null;
    }

    private sealed class AlwaysThere : Availability
    {
        public override AvailabilityWindow? WindowAt(TimeSpan time) => new AvailabilityWindow(TimeSpan.MinValue, TimeSpan.MaxValue);
    }

    /// <summary>All in ticks, so that windows begin and end exactly when they were said to.</summary>
    private sealed class Cycle(long period, long present, long phase) : Availability
    {
        public override AvailabilityWindow? WindowAt(TimeSpan time)
        {
            if (present >= period)
            {
                return Always.WindowAt(time);
            }

            // The remainder has the sign of what is divided.
            long since = (time.Ticks - phase) % period;
            since += since < 0 ? period : 0;
            long from = time.Ticks - since + (since >= present ? period : 0);
            return new AvailabilityWindow(new TimeSpan(from), new TimeSpan(from + present));
        }
    }

    private sealed class Listed : Availability
    {
        private readonly AvailabilityWindow[] _windows;

        public Listed(ReadOnlySpan<AvailabilityWindow> windows)
        {
            for (int i = 0; i < windows.Length; i++)
            {
                if (windows[i].To <= windows[i].From || (i > 0 && windows[i].From < windows[i - 1].To))
                {
                    throw new ArgumentException($"Window {i}, {windows[i].From} to {windows[i].To}, is empty or begins before the one before it ends.", nameof(windows));
                }
            }

            _windows = windows.ToArray();
        }

        public override AvailabilityWindow? WindowAt(TimeSpan time)
        {
            int low = 0, high = _windows.Length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                (low, high) = _windows[middle].To > time ? (low, middle) : (middle + 1, high);
            }

            return low < _windows.Length ? _windows[low] : null;
        }
    }
}

/// <summary>A time during which a device is there.</summary>
/// <param name="From">When it comes.</param>
/// <param name="To">When it goes; it is not there any more at that moment.</param>
public readonly record struct AvailabilityWindow(TimeSpan From, TimeSpan To);
