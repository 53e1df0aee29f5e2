using Ftte.Simulation.Common;

namespace Ftte.Simulation.Availability;

/// <summary>When a device is there: switched on, charging, on a network that costs nothing.</summary>
/// <remarks>
/// A job goes on only while its device is there and waits while it is not. Times are the device's own: since the run began, plus its clock's skew. Pure and
/// thread-safe.
/// </remarks>
public abstract class AvailabilityPattern
{
    /// <summary>
    /// Three hundred years: ten times as long as the longest run. No window begins farther off, so that times and clocks' skews can be added up without a thought.
    /// </summary>
    internal static readonly TimeSpan Farthest = TimeSpan.FromSeconds(10 * TimeLimits.MaxSeconds);

    /// <summary>Gets a device that is always there.</summary>
    public static AvailabilityPattern Always { get; } = new AlwaysThere();

    /// <summary>Makes a device that comes and goes with a period of its own.</summary>
    /// <param name="period">The time from one coming to the next; positive, at most 300 years (1e10 seconds).</param>
    /// <param name="share">The share of it that the device is there, in (0, 1].</param>
    /// <param name="phase">When it first comes; before that it is there as in every period.</param>
    /// <returns>The pattern.</returns>
    public static AvailabilityPattern DutyCycle(TimeSpan period, double share, TimeSpan phase = default)
    {
        Guard.Positive(period);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(period, Farthest);
        Guard.Positive(share);
        Guard.Share(share);
        return Periodic(period.Ticks, Math.Max(1, (long)Math.Round(share * period.Ticks)), phase.Ticks);
    }

    /// <summary>Makes a device that is there at certain hours, as a phone that charges at night.</summary>
    /// <param name="from">When it comes, since midnight on its own clock; the run begins at midnight UTC.</param>
    /// <param name="to">When it goes; before <paramref name="from"/> it goes the next day.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is not within a day, or the two are the same.</exception>
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

    /// <summary>Makes a device that is there when a list says so; after its last window it is gone for good.</summary>
    /// <param name="windows">
    /// The windows, in ascending order and apart from each other. Copied. No run lasts for 300 years (1e10 seconds): windows as far off are left out; one that
    /// begins longer ago begins then, and one that ends later has no end.
    /// </param>
    /// <returns>The pattern.</returns>
    /// <exception cref="ArgumentException">A window is empty, or begins before the one before it ends; the message says which.</exception>
    public static AvailabilityPattern During(params ReadOnlySpan<AvailabilityWindow> windows) => new Listed(windows);

    /// <summary>Gives the window around a time, or else the first one after it.</summary>
    /// <param name="time">The time on the device's clock; may be negative.</param>
    /// <returns>The window, which is not empty and ends after <paramref name="time"/>; null if the device never comes again.</returns>
    /// <remarks>
    /// Called again and again, for any time and on any thread; a job takes a call for each window that it goes on in, so make none that are much shorter than jobs.
    /// </remarks>
    public abstract AvailabilityWindow? WindowAt(TimeSpan time);

    /// <summary>Gives the window around a time, or else the first one after it, checked and within what can be reckoned with.</summary>
    /// <param name="time">The time on the device's clock.</param>
    /// <returns>The window, see <see cref="Farthest"/>; null if the device never comes again.</returns>
    /// <exception cref="InvalidOperationException">The pattern, which is somebody's own, gives a window that is empty or has ended.</exception>
    internal AvailabilityWindow? CheckedWindowAt(TimeSpan time)
    {
        if (WindowAt(time) is not { } window)
        {
            return null;
        }

        if (window.To <= time || window.To <= window.From)
        {
            throw new InvalidOperationException(
                $"{GetType()}.{nameof(WindowAt)}({time}) gives the window from {window.From} to {window.To}; let it end after {time} and after it begins, or give null.");
        }

        return Near(window);
    }

    /// <summary>Says when work ends that begins now and goes on only while the device is there.</summary>
    /// <param name="start">When it begins, on the device's clock.</param>
    /// <param name="work">How long it takes.</param>
    /// <returns>When it ends; null if the device goes for good before, and at most <see cref="Farthest"/> if it comes and goes for ever.</returns>
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

    /// <summary>Says for how long the device is there between two times.</summary>
    /// <param name="from">The first, on the device's clock.</param>
    /// <param name="until">The second.</param>
    /// <returns>The time; zero if the second is not after the first.</returns>
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

    /// <summary>Says when the device goes for good.</summary>
    /// <param name="time">A time on the device's clock after which it does: when <see cref="EndOf"/> has found no end.</param>
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

    /// <summary>Who is there for the whole period is always there, and has no windows that begin.</summary>
    private static AvailabilityPattern Periodic(long period, long present, long phase) => present < period ? new Cycle(period, present, phase % period) : Always;

    private static AvailabilityWindow? Near(AvailabilityWindow window) => window.To <= -Farthest || window.From >= Farthest
        ? null
        : new AvailabilityWindow(window.From < -Farthest ? -Farthest : window.From, window.To > Farthest ? TimeSpan.MaxValue : window.To);

    private sealed class AlwaysThere : AvailabilityPattern
    {
        public override AvailabilityWindow? WindowAt(TimeSpan time) => new AvailabilityWindow(TimeSpan.MinValue, TimeSpan.MaxValue);
    }

    /// <summary>All in ticks, so that windows begin and end exactly when they were said to.</summary>
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

            // What is left fills whole windows but for the last, which it may fill too.
            long whole = Math.Max(0, left - 1) / present;
            Int128 end = (Int128)(start.Ticks - since) + ((Int128)(whole + 1) * period) + (left - (whole * present));
            return end < Farthest.Ticks ? new TimeSpan((long)end) : Farthest;
        }

        internal override TimeSpan PresentBetween(TimeSpan from, TimeSpan until) => from < until ? new TimeSpan(PresentBefore(until) - PresentBefore(from)) : default;

        /// <summary>Counts from the phase on; negative before it.</summary>
        private long PresentBefore(TimeSpan time)
        {
            long since = Since(time);
            return ((time.Ticks - phase - since) / period * present) + Math.Min(since, present);
        }

        private long Since(TimeSpan time)
        {
            // The remainder has the sign of what is divided.
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
                    throw new ArgumentException($"Window {i}, {windows[i].From} to {windows[i].To}, is empty or begins before the one before it ends.", nameof(windows));
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
