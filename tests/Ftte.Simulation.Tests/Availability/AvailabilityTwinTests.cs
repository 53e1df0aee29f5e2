using CsCheck;
using Ftte.Simulation.Availability;

namespace Ftte.Simulation.Tests;

/// <summary>Patterns agree with twins that answer for one unit of time after another.</summary>
public sealed class AvailabilityTwinTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Patterns in whole units, each with a twin that says of every unit whether the device is there.
    private static readonly Gen<(AvailabilityPattern Pattern, Func<long, bool> IsThere)> DutyCycles =
        Gen.Select(Gen.Int[1, 40], Gen.Double[0, 1], Gen.Int[-50, 50]).Select((period, share, phase) =>
        {
            int present = Math.Clamp((int)(share * period), 1, period);
            return (
                AvailabilityPattern.DutyCycle(period * Second, present / (double)period, phase * Second),
                (Func<long, bool>)(second => Remainder(second - phase, period) < present));
        });

    private static readonly Gen<(AvailabilityPattern Pattern, Func<long, bool> IsThere)> Lists =
        Gen.Select(Gen.Int[-30, 30], Gen.Select(Gen.Int[0, 6], Gen.Int[1, 9]).List[0, 8]).Select((begin, lengths) =>
        {
            var windows = new List<AvailabilityWindow>();
            var there = new HashSet<long>();
            foreach ((int gap, int length) in lengths)
            {
                begin += gap;
                windows.Add(new AvailabilityWindow(begin * Second, (begin + length) * Second));
                there.UnionWith(Enumerable.Range(begin, length).Select(second => (long)second));
                begin += length;
            }

            return (AvailabilityPattern.During([.. windows]), (Func<long, bool>)there.Contains);
        });

    private static readonly Gen<(AvailabilityPattern Pattern, Func<long, bool> IsThere)> Patterns =
        Gen.OneOf(DutyCycles, Lists, Gen.Const((AvailabilityPattern.Always, (Func<long, bool>)(_ => true))));

    [Fact]
    public void The_window_at_a_time_ends_after_it_and_is_the_one_around_it_or_the_next() =>
        Gen.Select(Patterns, Gen.Int[-150, 150]).Sample((pattern, time) => IsRight(pattern.Pattern.WindowAt(time * Second), pattern.IsThere, time, Second), iter: 20_000);

    [Fact]
    public void Daily_hours_are_those_of_every_day()
    {
        // In quarters of an hour: those from 'from' on, round midnight, until 'to'.
        Gen.Select(Gen.Int[0, 96], Gen.Int[0, 96], Gen.Int[-300, 300]).Where((from, to, _) => from % 96 != to % 96).Sample((from, to, time) =>
        {
            var quarter = TimeSpan.FromMinutes(15);
            bool IsThere(long at) => Remainder(at - from, 96) < Remainder(to - from, 96);
            IsRight(AvailabilityPattern.Daily(from * quarter, to * quarter).WindowAt(time * quarter), IsThere, time, quarter);
        }, iter: 20_000);
    }

    [Fact]
    public void Work_ends_when_the_device_was_there_for_as_long_as_it_takes() =>
        Gen.Select(Patterns, Gen.Int[-100, 100], Gen.Int[0, 60]).Sample((pattern, start, work) =>
            Assert.Equal(EndOf(pattern.IsThere, start, work) * Second, pattern.Pattern.EndOf(start * Second, work * Second)), iter: 10_000);

    [Fact]
    public void Work_of_a_periodic_device_ends_when_it_does_window_by_window() =>
        Gen.Select(Gen.Long[1, 1000], Gen.Double[0, 1], Gen.Long, Gen.Long[-100_000, 100_000], Gen.Long[0, 20_000]).Sample((period, share, phase, start, work) =>
        {
            AvailabilityPattern pattern = AvailabilityPattern.DutyCycle(new TimeSpan(period), Math.Max(share, 1e-9), new TimeSpan(phase));
            Assert.Equal(new OneByOne(pattern).EndOf(new TimeSpan(start), new TimeSpan(work)), pattern.EndOf(new TimeSpan(start), new TimeSpan(work)));
        }, iter: 5_000);

    [Fact]
    public void The_time_present_is_that_of_the_windows_between() =>
        Gen.Select(Patterns, Gen.Int[-150, 150], Gen.Int[-20, 150]).Sample((pattern, from, length) =>
        {
            TimeSpan present = Math.Max(0, Range(from, length).Count(pattern.IsThere)) * Second;
            Assert.Equal(present, pattern.Pattern.PresentBetween(from * Second, (from + length) * Second));
            Assert.Equal(present, new OneByOne(pattern.Pattern).PresentBetween(from * Second, (from + length) * Second));
        }, iter: 10_000);

    private static void IsRight(AvailabilityWindow? found, Func<long, bool> isThere, long time, TimeSpan unit)
    {
        const int Far = 400;
        if (found is not { } window)
        {
            Assert.DoesNotContain(Range(time, Far), isThere.Invoke);
            return;
        }

        Assert.True(window.To > time * unit, $"{window} has ended by {time * unit}.");
        long from = Math.Max((long)(window.From / unit), time - Far), to = Math.Min((long)(window.To / unit), time + Far);
        Assert.True(window.From <= from * unit && window.To >= to * unit, $"{window} is not in whole units.");
        Assert.Equal(isThere(time), window.From <= time * unit);
        Assert.DoesNotContain(Range(time, from - time), isThere.Invoke);
        Assert.All(Range(from, to - from), at => Assert.True(isThere(at)));
    }

    private static long? EndOf(Func<long, bool> isThere, long start, long work)
    {
        for (long second = start; second < start + 4000; second++)
        {
            if (!isThere(second))
            {
                continue;
            }

            if (work == 0)
            {
                return second;
            }

            if (--work == 0)
            {
                return second + 1;
            }
        }

        return null;
    }

    private static long Remainder(long value, long divisor) => ((value % divisor) + divisor) % divisor;

    private static IEnumerable<long> Range(long from, long count)
    {
        for (long at = from; at < from + count; at++)
        {
            yield return at;
        }
    }

    /// <summary>Windows of another pattern, without what that knows of its period.</summary>
    private sealed class OneByOne(AvailabilityPattern pattern) : AvailabilityPattern
    {
        public override AvailabilityWindow? WindowAt(TimeSpan time) => pattern.WindowAt(time);
    }
}
