using Ftte.Simulation.Availability;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Tests;

public sealed class AvailabilityTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Work_of_a_thousand_million_windows_ends_at_once()
    {
        AvailabilityPattern pattern = AvailabilityPattern.DutyCycle(TimeSpan.FromMilliseconds(1), 0.5);
        Assert.Equal((2e6 * Second) - TimeSpan.FromMilliseconds(0.5), pattern.EndOf(default, 1e6 * Second));

        // It would take a million times as long as a run may.
        Assert.Equal(1e10 * Second, AvailabilityPattern.DutyCycle(Second, 1e-6).EndOf(default, 1e9 * Second));
        Assert.Equal(1e10 * Second, AvailabilityPattern.DutyCycle(1e10 * Second, 1e-17).EndOf(default, 1e9 * Second));
    }

    [Fact]
    public void The_time_present_counts_parts_of_windows()
    {
        // There for the first 3 of every 10 seconds.
        AvailabilityPattern pattern = AvailabilityPattern.DutyCycle(10 * Second, 0.3);
        Assert.Equal(0.5 * Second, pattern.PresentBetween(1.5 * Second, 2 * Second));
        Assert.Equal(2.75 * Second, pattern.PresentBetween(1.5 * Second, 11.25 * Second));
        Assert.Equal(3e8 * Second, pattern.PresentBetween(-Second, (1e9 - 1) * Second));
        Assert.Equal(1.25 * Second, AvailabilityPattern.Always.PresentBetween(-Second, 0.25 * Second));
        Assert.Equal(default, AvailabilityPattern.During().PresentBetween(default, Second));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(-3, 10)]
    [InlineData(20, 20)]
    [InlineData(20, 15)]
    public void A_pattern_of_ones_own_that_gives_a_window_that_is_empty_or_over_is_refused_and_named(int from, int to)
    {
        var pattern = new Same(new(from * Second, to * Second));
        foreach (Action ask in (Action[])[() => pattern.EndOf(10 * Second, Second), () => pattern.PresentBetween(10 * Second, 40 * Second), () => pattern.CheckedWindowAt(10 * Second)])
        {
            string message = Assert.Throws<InvalidOperationException>(ask).Message;
            Assert.Contains($"{typeof(Same)}.WindowAt(00:00:10)", message);
            Assert.Contains("or null", message);
        }
    }

    [Fact]
    public void Windows_that_no_run_reaches_are_left_out_and_those_that_no_run_leaves_are_endless()
    {
        TimeSpan least = TimeSpan.MinValue, most = TimeSpan.MaxValue, far = 1e10 * Second;
        AvailabilityPattern pattern = AvailabilityPattern.During(new(least, -far - Second), new(-far - Second, default), new(Second, most - Second));
        Assert.Equal(new AvailabilityWindow(-far, default), pattern.WindowAt(-far));
        Assert.Equal(new AvailabilityWindow(Second, most), pattern.WindowAt(default));
        Assert.Null(AvailabilityPattern.During(new AvailabilityWindow(far, most)).WindowAt(default));

        Assert.Equal(new AvailabilityWindow(-far, most), new Same(new(least, most - Second)).CheckedWindowAt(default));
        Assert.Null(new Same(new(far, most)).CheckedWindowAt(default));
        Assert.Equal(Second, new Same(new(least, most - Second)).EndOf(-Second, 2 * Second));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(3650 * 24 * 3600)]
    [InlineData(-3650 * 24 * 3600)]
    public async Task A_device_that_is_always_there_by_any_pattern_and_any_clock_works_as_one_that_simply_is(int skew)
    {
        AvailabilityPattern[] patterns =
        [
            AvailabilityPattern.DutyCycle(60 * Second, 1),
            AvailabilityPattern.Daily(default, TimeSpan.FromDays(1)),
            AvailabilityPattern.During(new AvailabilityWindow(TimeSpan.MinValue, TimeSpan.MaxValue)),
        ];
        var device = new SimulatedDevice { Name = "d", JobDuration = LatencyDistribution.Constant(10) };
        var options = new SimulationOptions { MaxTrips = 3 };
        string usual = Runs.Fingerprint(await Runs.RunAsync(Runs.FedBuff(1, 1), [device], options));
        foreach (AvailabilityPattern pattern in patterns)
        {
            SimulatedDevice other = device with { Availability = pattern, ClockSkew = skew * Second };
            Assert.Equal(usual, Runs.Fingerprint(await Runs.RunAsync(Runs.FedBuff(1, 1), [other], options)));
        }
    }

    [Fact]
    public void A_device_that_is_always_there_has_one_window_without_end()
    {
        Assert.Equal(new AvailabilityWindow(TimeSpan.MinValue, TimeSpan.MaxValue), AvailabilityPattern.Always.WindowAt(default));
        Assert.Equal(100 * Second, AvailabilityPattern.Always.EndOf(40 * Second, 60 * Second));
    }

    [Fact]
    public void Work_pauses_while_the_device_is_away()
    {
        // There for the first 3 of every 10 seconds.
        AvailabilityPattern pattern = AvailabilityPattern.DutyCycle(10 * Second, 0.3);
        Assert.Equal(2 * Second, pattern.EndOf(default, 2 * Second));
        Assert.Equal(3 * Second, pattern.EndOf(default, 3 * Second));
        Assert.Equal(11 * Second, pattern.EndOf(default, 4 * Second));
        Assert.Equal(12 * Second, pattern.EndOf(5 * Second, 2 * Second));
        Assert.Equal(10 * Second, pattern.EndOf(5 * Second, default));
        Assert.Equal(-8 * Second, pattern.EndOf(-10 * Second, 2 * Second));
    }

    [Fact]
    public void Work_that_a_device_leaves_for_good_never_ends()
    {
        AvailabilityPattern pattern = AvailabilityPattern.During(new(default, 5 * Second), new(8 * Second, 10 * Second));
        Assert.Equal(10 * Second, pattern.EndOf(default, 7 * Second));
        Assert.Null(pattern.EndOf(default, (7 * Second) + TimeSpan.FromTicks(1)));
        Assert.Null(pattern.EndOf(10 * Second, default));
        Assert.Null(AvailabilityPattern.During().EndOf(default, default));
    }

    [Theory]
    [InlineData(10, 1, true)]
    [InlineData(9, 59, false)]
    [InlineData(17, 0, false)]
    [InlineData(16, 59, true)]
    public void Hours_of_the_day_begin_and_end_on_the_minute(int hour, int minute, bool isThere) =>
        Assert.Equal(isThere, IsThere(AvailabilityPattern.Daily(TimeSpan.FromHours(10), TimeSpan.FromHours(17)), new TimeSpan(hour, minute, 0)));

    [Fact]
    public void Hours_over_midnight_go_on_the_next_day()
    {
        AvailabilityPattern night = AvailabilityPattern.Daily(TimeSpan.FromHours(22), TimeSpan.FromHours(6));
        Assert.Equal(new AvailabilityWindow(TimeSpan.FromHours(-2), TimeSpan.FromHours(6)), night.WindowAt(default));
        Assert.Equal(new AvailabilityWindow(TimeSpan.FromHours(22), TimeSpan.FromHours(30)), night.WindowAt(TimeSpan.FromHours(6)));
        Assert.Equal(TimeSpan.FromHours(23), night.EndOf(TimeSpan.FromHours(5), TimeSpan.FromHours(2)));
    }

    [Fact]
    public void From_midnight_to_midnight_is_always()
    {
        AvailabilityPattern day = AvailabilityPattern.Daily(default, TimeSpan.FromDays(1));
        Assert.Equal(AvailabilityPattern.Always.WindowAt(default), day.WindowAt(default));
        Assert.Equal(TimeSpan.FromDays(9), day.EndOf(TimeSpan.FromDays(2), TimeSpan.FromDays(7)));
    }

    [Fact]
    public void A_share_of_the_period_is_kept_to_the_nearest_tick()
    {
        // 0.29 times a hundred ticks is a hair less than 29 in float64.
        Assert.Equal(new AvailabilityWindow(default, new TimeSpan(29)), AvailabilityPattern.DutyCycle(new TimeSpan(100), 0.29).WindowAt(default));
        Assert.Equal(new AvailabilityWindow(default, new TimeSpan(1)), AvailabilityPattern.DutyCycle(new TimeSpan(100), 1e-9).WindowAt(default));
        Assert.Equal(AvailabilityPattern.Always.WindowAt(default), AvailabilityPattern.DutyCycle(new TimeSpan(100), 1).WindowAt(default));
    }

    [Fact]
    public void Cycles_are_exact_after_centuries()
    {
        // Ticks there have more digits than float64.
        long[] periods = [3, 7, 1000, 10_000_019];
        foreach (long period in periods)
        {
            AvailabilityPattern pattern = AvailabilityPattern.DutyCycle(new TimeSpan(period), (period - 1.0) / period);
            foreach (long time in (ReadOnlySpan<long>)[long.MaxValue / 4, -long.MaxValue / 4])
            {
                long turn = time - Remainder(time, period);
                for (long at = turn - 4; at < turn + 4; at++)
                {
                    AvailabilityWindow window = Assert.NotNull(pattern.WindowAt(new TimeSpan(at)));
                    Assert.True(window.To.Ticks > at);
                    Assert.Equal(Remainder(at, period) < period - 1, window.From.Ticks <= at);
                    Assert.Equal(0, Remainder(window.From.Ticks, period));
                    Assert.InRange(window.From.Ticks, at - period, at + 1);
                }
            }
        }
    }

    [Fact]
    public void Periods_and_shares_that_make_no_cycle_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("period", () => AvailabilityPattern.DutyCycle(default, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>("period", () => AvailabilityPattern.DutyCycle(-Second, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>("period", () => AvailabilityPattern.DutyCycle((1e10 * Second) + new TimeSpan(1), 0.5));
        foreach (double share in (ReadOnlySpan<double>)[0, -0.1, 1.1, double.NaN])
        {
            Assert.Throws<ArgumentOutOfRangeException>("share", () => AvailabilityPattern.DutyCycle(Second, share));
        }
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(5, -1)]
    [InlineData(25, 5)]
    [InlineData(5, 25)]
    [InlineData(5, 5)]
    public void Hours_that_are_not_of_a_day_or_are_the_same_are_refused(int from, int to) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AvailabilityPattern.Daily(TimeSpan.FromHours(from), TimeSpan.FromHours(to)));

    [Theory]
    [InlineData(5, 5)]
    [InlineData(5, 4)]
    [InlineData(3, 8)]
    public void A_window_that_is_empty_or_begins_too_early_is_refused_and_named(int from, int to)
    {
        AvailabilityWindow[] windows = [new(default, 4 * Second), new(from * Second, to * Second), new(20 * Second, 30 * Second)];
        Assert.Contains("Window 1, 00:00:0", Assert.Throws<ArgumentException>("windows", () => AvailabilityPattern.During(windows)).Message);
    }

    [Fact]
    public void A_list_of_windows_is_copied()
    {
        AvailabilityWindow[] windows = [new(default, Second)];
        AvailabilityPattern pattern = AvailabilityPattern.During(windows);
        windows[0] = new(50 * Second, 60 * Second);
        Assert.Equal(new AvailabilityWindow(default, Second), pattern.WindowAt(default));
    }

    private static bool IsThere(AvailabilityPattern pattern, TimeSpan time) => pattern.WindowAt(time) is { } window && window.From <= time;

    private static long Remainder(long value, long divisor) => ((value % divisor) + divisor) % divisor;

    private sealed class Same(AvailabilityWindow window) : AvailabilityPattern
    {
        public override AvailabilityWindow? WindowAt(TimeSpan time) => window;
    }
}
