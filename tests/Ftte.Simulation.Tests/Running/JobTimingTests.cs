using CsCheck;
using Ftte.Simulation.Availability;
using Ftte.Simulation.Common;
using Ftte.Simulation.Jobs;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Tests;

public sealed class JobTimingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Receives for 2 + 5 s, computes for 4 x 1.5 s, sends for 2 + 3 s: 18 s.
    private static readonly SimulatedDevice Device = new()
    {
        Name = "d",
        DownloadBytesPerSecond = 100,
        UploadBytesPerSecond = 50,
        MultiplyAddsPerSecond = 1000,
        Latency = LatencyDistribution.Constant(2),
        ComputeFactor = LatencyDistribution.Constant(1.5),
    };

    private static readonly JobLoad Load = new(BytesDown: 500, BytesUp: 150, MultiplyAdds: 4000);

    [Fact]
    public void A_job_takes_latency_download_computation_upload_and_latency_again()
    {
        Assert.Equal(new JobTiming(28 * Second, 1, IsDropped: false), Draw(Device, 10));
        Assert.Equal(17 * Second, Draw(Device with { DownloadBytesPerSecond = 125 }, 0).End);
        Assert.Equal(21 * Second, Draw(Device with { UploadBytesPerSecond = 25 }, 0).End);
        Assert.Equal(15 * Second, Draw(Device with { MultiplyAddsPerSecond = 2000 }, 0).End);
        Assert.Equal(16 * Second, Draw(Device with { ComputeFactor = LatencyDistribution.Constant(1) }, 0).End);
        Assert.Equal(14 * Second, Draw(Device with { Latency = LatencyDistribution.Constant(0) }, 0).End);
    }

    [Fact]
    public void A_duration_that_is_given_replaces_the_devices_own_and_that_replaces_what_follows_from_the_work()
    {
        SimulatedDevice fixedTime = Device with { JobDuration = LatencyDistribution.Constant(5) };
        Assert.Equal(15 * Second, Draw(fixedTime, 10).End);
        Assert.Equal(17 * Second, Draw(fixedTime, 10, 7 * Second).End);
        Assert.Equal(17 * Second, Draw(Device, 10, 7 * Second).End);
        Assert.Equal(10 * Second, Draw(Device, 10, TimeSpan.Zero).End);
    }

    [Fact]
    public void A_device_that_gives_up_has_received_and_computed_a_part_and_sends_nothing()
    {
        SimulatedDevice quitter = Device with { DropOut = 1 };
        for (ulong job = 0; job < 100; job++)
        {
            JobTiming timing = Draw(quitter, 0, job: job);
            Assert.True(timing.IsDropped);
            Assert.InRange(timing.ShareDone, 0, 1);
            Assert.InRange(timing.End.TotalSeconds, 7 + (6 * timing.ShareDone) - 1e-6, 7 + (6 * timing.ShareDone) + 1e-6);
            Assert.InRange(Draw(quitter, 0, 10 * Second, job).End.TotalSeconds, (10 * timing.ShareDone) - 1e-6, (10 * timing.ShareDone) + 1e-6);
        }
    }

    [Fact]
    public void Devices_give_up_as_often_as_they_are_said_to_and_anywhere()
    {
        JobTiming[] dropped = [.. Enumerable.Range(0, 10_000).Select(job => Draw(Device with { DropOut = 0.3 }, 0, job: (ulong)job)).Where(timing => timing.IsDropped)];
        Assert.InRange(dropped.Length, 2_820, 3_180);
        Assert.InRange(dropped.Average(timing => timing.ShareDone), 0.475, 0.525);
        Assert.DoesNotContain(Enumerable.Range(0, 1000), job => Draw(Device, 0, job: (ulong)job).IsDropped);
    }

    [Fact]
    public void Whoever_does_not_give_up_meets_the_same_fate_as_if_nobody_did()
    {
        SimulatedDevice varied = Device with { Latency = LatencyDistribution.Exponential(3), ComputeFactor = LatencyDistribution.LogNormal(1, 0.5) };
        for (ulong job = 0; job < 200; job++)
        {
            JobTiming certain = Draw(varied, 0, job: job), uncertain = Draw(varied with { DropOut = 0.5 }, 0, job: job);
            Assert.True(uncertain.IsDropped || uncertain == certain);
            Assert.False(certain.IsDropped);
        }
    }

    [Fact]
    public void The_same_randomness_gives_the_same_fate_and_each_message_a_latency_of_its_own()
    {
        SimulatedDevice varied = Device with { Latency = LatencyDistribution.Exponential(1), ComputeFactor = LatencyDistribution.Constant(1) };
        Assert.Equal(Draw(varied, 0, job: 5), Draw(varied, 0, job: 5));
        Assert.NotEqual(Draw(varied, 0, job: 5), Draw(varied, 0, job: 6));

        // The sum of two exponential times has the variance 2; twice the same would have 4.
        double[] latencies = [.. Enumerable.Range(0, 10_000).Select(job => Draw(varied, 0, job: (ulong)job).End.TotalSeconds - 12)];
        Assert.InRange(latencies.Average(), 1.94, 2.06);
        Assert.InRange(latencies.Average(latency => (latency - 2) * (latency - 2)), 1.8, 2.2);
    }

    [Fact]
    public void A_job_pauses_while_its_device_is_away_and_is_dropped_where_it_was_when_the_device_goes_for_good()
    {
        SimulatedDevice away = Device with { Availability = AvailabilityPattern.During(new(default, 10 * Second), new(30 * Second, 40 * Second)) };
        Assert.Equal(new JobTiming(38 * Second, 1, IsDropped: false), Draw(away, 0));

        // Received after 7 of the 15 s that are left, computed after 13, and sent after 18.
        Assert.Equal(new JobTiming(40 * Second, 1, IsDropped: true), Draw(away, 5));
        Assert.Equal(new JobTiming(40 * Second, 0.5, IsDropped: true), Draw(away, 30));
        Assert.Equal(new JobTiming(40 * Second, 0, IsDropped: true), Draw(away, 35));
        Assert.Equal(new JobTiming(40 * Second, 0.25, IsDropped: true), Draw(away, 35, 20 * Second));
        SimulatedDevice ahead = away with { ClockSkew = 30 * Second };
        Assert.Equal(new JobTiming(10 * Second, 0.5, IsDropped: true), Draw(ahead, 0));
    }

    [Fact]
    public void A_clock_that_runs_ahead_shifts_the_hours_and_nothing_else()
    {
        Gen.Select(Gen.Int[-20, 20], Gen.Int[0, 100]).Sample((skew, start) =>
        {
            SimulatedDevice ahead = Device with { ClockSkew = skew * Second };
            Assert.Equal(Draw(Device, start), Draw(ahead, start));

            AvailabilityPattern hours = AvailabilityPattern.DutyCycle(12 * Second, 0.25), shifted = AvailabilityPattern.DutyCycle(12 * Second, 0.25, -skew * Second);
            Assert.Equal(Draw(Device with { Availability = shifted }, start), Draw(ahead with { Availability = hours }, start));
        }, iter: 500);
    }

    [Fact]
    public void No_job_takes_longer_than_thirty_years()
    {
        SimulatedDevice slow = Device with { MultiplyAddsPerSecond = 1e-300 };
        Assert.Equal(TimeSpan.FromSeconds(TimeLimits.MaxSeconds), Draw(slow, 0).End);
        Assert.Equal(TimeSpan.FromSeconds(TimeLimits.MaxSeconds), Draw(Device with { JobDuration = LatencyDistribution.Constant(1e300) }, 0).End);
        Assert.Equal(TimeSpan.FromSeconds(TimeLimits.MaxSeconds), Draw(Device, 0, TimeSpan.MaxValue).End);
    }

    private static JobTiming Draw(SimulatedDevice device, double start, TimeSpan? duration = null, ulong job = 0) =>
        JobTiming.Draw(device, Load, start * Second, duration, new SeededRandom(9, job));
}
