using Ftte.Simulation.Common;

namespace Ftte.Simulation.Availability;

/// <summary>Represents the periods in which a device is available, for example charging and on an unmetered network.</summary>
/// <remarks>
/// A job pauses while its device is not available. Times are on the device's clock: the time since the run began plus the skew of the clock. Implementations must be pure
/// and thread-safe.
/// </remarks>
public abstract class AvailabilityPattern
{
    /// <summary>
    /// The maximum start of a window: about 300 years, ten times the maximum duration of a run, so that sums of times and clock skews cannot overflow.
    /// </summary>
    internal static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10 * TimeLimits.MaxSeconds);

    /// <summary>Gets the pattern of a device that is always available.</summary>
    public static AvailabilityPattern Always { get; } = new AlwaysAvailable();

    /// <summary>Creates a periodic pattern.</summary>
    /// <param name="period">The time between the starts of two windows; positive, at most 300 years (1e10 seconds).</param>
    /// <param name="share">The share of the period in which the device is available, in (0, 1].</param>
    /// <param name="phase">The start of one window. The pattern repeats before and after it.</param>
    /// <returns>The pattern.</returns>
    public static AvailabilityPattern DutyCycle(TimeSpan period, double share, TimeSpan phase = default)
    {
        Guard.Positive(period);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(period, MaxTime);
        Guard.Positive(share);
        Guard.Share(share);
        return Periodic(period.Ticks, Math.Max(1, (long)Math.Round(share * period.Ticks)), phase.Ticks);
    }

    /// <summary>Creates a daily pattern, for example for phones that charge at night.</summary>
    /// <param name="from">The start of the window, since midnight on the device's clock. The run begins at midnight UTC.</param>
    /// <param name="to">The end of the window. If it is before <paramref name="from"/>, the window ends on the next day.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is not within a day, or the times are equal.</exception>
    public static AvailabilityPattern Daily(TimeSpan from, TimeSpan to)
    {
        TimeSpan day = TimeSpan.FromDays(1);
        foreach (TimeSpan time in (ReadOnlySpan<TimeSpan>)[from, to])
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(time, day);
        }

        ArgumentOutOfRangeException.ThrowIfEqual(to, from);
        return Periodic(day.Ticks, (to - from + day).Ticks % day.Ticks is var ticks && ticks == 0 ? day.Ticks : ticks, from.Ticks);
    }

    /// <summary>Creates a pattern from a list of windows. After the last window, the device has left for good.</summary>
    /// <param name="windows">
    /// The windows, in ascending order and without overlap. They are copied. Windows more than 300 years (1e10 seconds) before or after the start of the run are left out
    /// or clipped.
    /// </param>
    /// <returns>The pattern.</returns>
    /// <exception cref="ArgumentException">A window is empty, or begins before the previous one ends. The message states the window.</exception>
    public static AvailabilityPattern During(params ReadOnlySpan<AvailabilityWindow> windows) => new Listed(windows);

    /// <summary>Returns the window that contains a time, or else the next one.</summary>
    /// <param name="time">The time on the device's clock; may be negative.</param>
    /// <returns>The window, which is not empty and ends after <paramref name="time"/>; null if the device has left for good.</returns>
    /// <remarks>
    /// The simulator calls this method often, for any time and from any thread. A job needs one call for each window that it spans, so avoid windows that are much shorter than jobs.
    /// </remarks>
    public abstract AvailabilityWindow? WindowAt(TimeSpan time);

    /// <summary>Returns the window that contains a time, or else the next one, validated and clipped.</summary>
    /// <param name="time">The time on the device's clock.</param>
    /// <returns>The window, clipped to <see cref="MaxTime"/>; null if the device has left for good.</returns>
    /// <exception cref="InvalidOperationException">A custom pattern returned a window that is empty or has ended.</exception>
    internal AvailabilityWindow? CheckedWindowAt(TimeSpan time)
    {
        if (WindowAt(time) is not { } window)
        {
            return null;
        }

        if (window.To <= time || window.To <= window.From)
        {
            throw new InvalidOperationException(
                $"{GetType()}.{nameof(WindowAt)}({time}) returned the window from {window.From} to {window.To}. Return a window that ends after {time} and after its start, or null.");
        }

        return Near(window);
    }

    /// <summary>Computes the end of work that pauses while the device is not available.</summary>
    /// <param name="start">The start of the work, on the device's clock.</param>
    /// <param name="work">The duration of the work.</param>
    /// <returns>The end; null if the device leaves for good before it. At most <see cref="MaxTime"/> for a periodic pattern.</returns>
    internal virtual TimeSpan? EndOf(TimeSpan start, TimeSpan work)
    {
        for (TimeSpan from = start; CheckedWindowAt(from) is { } window; from = window.To)
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

    /// <summary>Computes how long the device is available between two times.</summary>
    /// <param name="from">The first time, on the device's clock.</param>
    /// <param name="until">The second time.</param>
    /// <returns>The duration; zero if the second time is not after the first.</returns>
    internal virtual TimeSpan PresentBetween(TimeSpan from, TimeSpan until)
    {
        TimeSpan present = default;
        while (from < until && CheckedWindowAt(from) is { } window && window.From < until)
        {
            TimeSpan begin = from > window.From ? from : window.From, end = until < window.To ? until : window.To;
            present += end - begin;
            from = end;
        }

        return present;
    }

    /// <summary>Computes when the device leaves for good.</summary>
    /// <param name="time">A time on the device's clock for which <see cref="EndOf"/> has found no end.</param>
    /// <returns>The end of its last window.</returns>
    internal TimeSpan DepartureAfter(TimeSpan time)
    {
        TimeSpan last = time;
        while (CheckedWindowAt(last) is { } window)
        {
            last = window.To;
        }

        return last;
    }

    /// <summary>Creates a periodic pattern. A device that is available for the whole period is always available.</summary>
    private static AvailabilityPattern Periodic(long period, long present, long phase) => present < period ? new Cycle(period, present, phase % period) : Always;

    private static AvailabilityWindow? Near(AvailabilityWindow window) => window.To <= -MaxTime || window.From >= MaxTime
        ? null
        : new AvailabilityWindow(window.From < -MaxTime ? -MaxTime : window.From, window.To > MaxTime ? TimeSpan.MaxValue : window.To);

    private sealed class AlwaysAvailable : AvailabilityPattern
    {
        public override AvailabilityWindow? WindowAt(TimeSpan time) => new AvailabilityWindow(TimeSpan.MinValue, TimeSpan.MaxValue);
    }

    /// <summary>Repeats a window with a period. All values are in ticks, so windows begin and end exactly.</summary>
    private sealed class Cycle(long period, long present, long phase) : AvailabilityPattern
    {
        public override AvailabilityWindow? WindowAt(TimeSpan time)
        {
            long since = Since(time);
            long from = time.Ticks - since + (since >= present ? period : 0);
            return new AvailabilityWindow(new TimeSpan(from), new TimeSpan(from + present));
        }

        internal override TimeSpan? EndOf(TimeSpan start, TimeSpan work)
        {
            long since = Since(start);
            long left = work.Ticks - Math.Max(0, present - since);
            if (since < present && left <= 0)
            {
                return start + work;
            }

            // The remaining work fills whole windows, except possibly the last one.
            long whole = Math.Max(0, left - 1) / present;
            Int128 end = (Int128)(start.Ticks - since) + ((Int128)(whole + 1) * period) + (left - (whole * present));
            return end < MaxTime.Ticks ? new TimeSpan((long)end) : MaxTime;
        }

        internal override TimeSpan PresentBetween(TimeSpan from, TimeSpan until) => from < until ? new TimeSpan(PresentBefore(until) - PresentBefore(from)) : default;

        /// <summary>Counts the available ticks since the phase; negative before it.</summary>
        private long PresentBefore(TimeSpan time)
        {
            long since = Since(time);
            return ((time.Ticks - phase - since) / period * present) + Math.Min(since, present);
        }

        private long Since(TimeSpan time)
        {
            // The remainder has the sign of the dividend.
            long since = (time.Ticks - phase) % period;
            return since + (since < 0 ? period : 0);
        }
    }

    private sealed class Listed : AvailabilityPattern
    {
        private readonly AvailabilityWindow[] _windows;

        public Listed(ReadOnlySpan<AvailabilityWindow> windows)
        {
            for (int i = 0; i < windows.Length; i++)
            {
                if (windows[i].To <= windows[i].From || (i > 0 && windows[i].From < windows[i - 1].To))
                {
                    throw new ArgumentException($"Window {i}, {windows[i].From} to {windows[i].To}, is empty or begins before the previous window ends. Sort the windows, and merge those that overlap.", nameof(windows));
                }
            }

            _windows = [.. windows.ToArray().Select(Near).OfType<AvailabilityWindow>()];
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
