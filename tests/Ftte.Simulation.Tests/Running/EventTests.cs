using System.Collections.Immutable;
using Ftte.Simulation.Availability;
using Ftte.Simulation.Randomness;
using Ftte.Wire;
using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

/// <summary>When things happen: small cases that can be followed by hand. The first two are FLSim's.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task Devices_that_come_at_given_times_start_then_and_end_after_their_durations_with_the_ages_that_follow()
    {
        SimulationResult result = await RunAsync(FedBuff(capacity: 1, concurrency: 10), ToyTask.Devices(4), new SimulationOptions
        {
            Arrivals = ArrivalProcess.Listed(Arrival(1, 3), Arrival(2, 5), Arrival(2, 1), Arrival(10, 10)),
            MaxTime = Seconds(10),
            Order = DeviceOrder.LongestIdle,
        });

        JobRecord[] jobs = [.. result.Jobs];
        Assert.Equal([0, 2, 1], jobs.Select(job => job.Device));
        Assert.Equal([1, 5, 3], jobs.Select(job => job.Start.TotalSeconds));
        Assert.Equal([4, 6, 8], jobs.Select(job => job.End.TotalSeconds));
        Assert.Equal([0, 0, 2], jobs.Select(job => job.Age));
        Assert.Equal(Seconds(10), result.Duration);
    }

    [Theory]
    [InlineData(true, 6)]
    [InlineData(false, 5)]
    public async Task Jobs_of_4_3_2_and_1_seconds_two_at_a_time_take_6_in_rounds_and_5_without(bool inRounds, double seconds)
    {
        ImmutableArray<SimulatedDevice> devices = [.. new[] { 4, 3, 2, 1 }.Select(time => new SimulatedDevice { Name = $"d{time}", JobDuration = LatencyDistribution.Constant(time) })];
        SimulationRule rule = inRounds ? Sync(cohort: 2) : FedBuff(capacity: 2, concurrency: 2);

        SimulationResult result = await RunAsync(rule, devices, new SimulationOptions { MaxTrips = 4, Order = DeviceOrder.LongestIdle });

        Assert.Equal(Seconds(seconds), result.Duration);
        Assert.Equal(new ModelVersion(2), result.Model!.Version);
        Assert.Equal(4, result.Totals.Accepted);
    }

    [Fact]
    public async Task A_job_takes_latency_download_computation_upload_and_latency()
    {
        var device = new SimulatedDevice
        {
            Name = "d",
            Latency = LatencyDistribution.Constant(0.25),
            DownloadBytesPerSecond = 100,
            UploadBytesPerSecond = 10,
            MultiplyAddsPerSecond = 1e6,
            ComputeFactor = LatencyDistribution.Constant(2),
        };

        SimulationResult result = await RunAsync(FedBuff(1, 1), [device], new SimulationOptions { MaxTrips = 1 });

        JobRecord job = Assert.Single(result.Jobs);
        UpdateReceipt receipt = new(UpdateOutcome.Published, new ModelVersion(1), 1);
        var writer = new System.Buffers.ArrayBufferWriter<byte>();
        ReceiptMessage.Write(writer, receipt);
        double received = job.BytesDown - writer.WrittenCount; // the receipt ends nobody's job
        Assert.Equal(0.5 + (received / 100) + (10 * 2) + (job.BytesUp / 10.0), job.End.TotalSeconds, 6);
        Assert.Equal(10_000_000, job.MultiplyAdds);
    }

    [Fact]
    public async Task What_needs_no_assignment_is_done_while_a_device_is_idle_as_far_as_it_has_time()
    {
        // A job takes ten seconds, six of which can be spent beforehand; one device at a time, in turn.
        var device = new SimulatedDevice { Name = "d", DownloadBytesPerSecond = 1e12, UploadBytesPerSecond = 1e12, MultiplyAddsPerSecond = 1e6 };
        var options = new SimulationOptions { MaxTrips = 4, Order = DeviceOrder.LongestIdle };

        SimulationResult result = await RunAsync(FedBuff(1, 1), ToyTask.Devices(2, device), options, new ToyTask { Ahead = 6_000_000 });

        // The first had no time, the second had ten seconds; then the first four, and the second six.
        Assert.Equal([10, 14, 20, 24], result.Jobs.Select(job => Math.Round(job.End.TotalSeconds, 3)));
        Assert.All(result.Jobs, job => Assert.Equal(10_000_000, job.MultiplyAdds));
        SimulationResult prepared = await RunAsync(FedBuff(1, 1), ToyTask.Devices(2, device), options with { HeadStart = Seconds(5) }, new ToyTask { Ahead = 6_000_000 });
        Assert.Equal([5, 9, 15, 19], prepared.Jobs.Select(job => Math.Round(job.End.TotalSeconds, 3)));
    }

    [Fact]
    public async Task A_device_does_nothing_ahead_while_it_is_away()
    {
        // There for eight seconds before it is asked.
        var device = new SimulatedDevice
        {
            Name = "d",
            DownloadBytesPerSecond = 1e12,
            UploadBytesPerSecond = 1e12,
            MultiplyAddsPerSecond = 1e6,
            Availability = AvailabilityPattern.During(new AvailabilityWindow(Seconds(12), Seconds(60))),
        };
        var options = new SimulationOptions { Arrivals = ArrivalProcess.Listed(new Arrival(Seconds(20))), MaxTime = Seconds(60) };

        SimulationResult result = await RunAsync(FedBuff(1, 1), [device], options, new ToyTask { Ahead = 10_000_000 });

        Assert.Equal(22, Assert.Single(result.Jobs).End.TotalSeconds, 3);
    }

    [Fact]
    public async Task What_was_done_ahead_in_every_window_since_counts_and_also_if_the_device_gives_up_then()
    {
        // There for three seconds and for five more until it is asked, so that two of the ten that a job takes are left.
        var device = new SimulatedDevice
        {
            Name = "d",
            DownloadBytesPerSecond = 1e12,
            UploadBytesPerSecond = 1e12,
            MultiplyAddsPerSecond = 1e6,
            Availability = AvailabilityPattern.During(new(default, Seconds(3)), new(Seconds(20), Seconds(60))),
        };
        var options = new SimulationOptions { Arrivals = ArrivalProcess.Listed(new Arrival(Seconds(25))), MaxTime = Seconds(60) };

        SimulationResult result = await RunAsync(FedBuff(1, 1), [device], options, new ToyTask { Ahead = 9_000_000 });
        SimulationResult dropped = await RunAsync(FedBuff(1, 1), [device with { DropOut = 1 }], options, new ToyTask { Ahead = 9_000_000 });

        Assert.Equal(27, Assert.Single(result.Jobs).End.TotalSeconds, 3);
        JobRecord job = Assert.Single(dropped.Jobs);
        Assert.Equal((JobOutcome.Dropped, job.MultiplyAdds), (job.Outcome, dropped.Totals.WastedMultiplyAdds));
        Assert.Equal(8_000_000 + ((job.End - job.Start).TotalSeconds * 1e6), job.MultiplyAdds, 100.0);
    }

    [Fact]
    public async Task A_device_that_goes_for_good_has_wasted_what_it_had_done()
    {
        var device = new SimulatedDevice
        {
            Name = "d",
            DownloadBytesPerSecond = 1e12,
            UploadBytesPerSecond = 1e12,
            MultiplyAddsPerSecond = 1e6,
            Availability = AvailabilityPattern.During(new AvailabilityWindow(default, Seconds(4))),
        };

        SimulationResult result = await RunAsync(FedBuff(1, 1), [device], new SimulationOptions { MaxTime = Seconds(1000) });

        JobRecord job = Assert.Single(result.Jobs);
        Assert.Equal((JobOutcome.Dropped, Seconds(4)), (job.Outcome, job.End));
        Assert.Equal(4_000_000, job.MultiplyAdds, 100.0);
        Assert.Equal((1, 0, job.MultiplyAdds), (result.Totals.Dropped, result.Totals.Unfinished, result.Totals.WastedMultiplyAdds));
    }

    [Fact]
    public async Task A_result_says_what_the_run_ended_with()
    {
        ImmutableArray<SimulatedDevice> devices = ToyTask.Devices(30);
        ImmutableArray<SimulatedDevice> gone = ToyTask.Devices(30, new SimulatedDevice { Name = "d", JobDuration = LatencyDistribution.Constant(10), Availability = AvailabilityPattern.During(new AvailabilityWindow(default, Seconds(25))) });
        var options = new SimulationOptions { MaxVersions = 20 };

        Assert.Equal(SimulationEnding.MaxVersionsReached, (await RunAsync(FedBuff(), devices, options)).Ending);
        Assert.Equal(SimulationEnding.MaxTimeReached, (await RunAsync(FedBuff(), devices, options with { MaxTime = Seconds(5) })).Ending);
        Assert.Equal(SimulationEnding.MaxTripsReached, (await RunAsync(FedBuff(), devices, options with { MaxTrips = 40 })).Ending);
        Assert.Equal(SimulationEnding.TargetReached, (await RunAsync(FedBuff(), devices, options with { Target = 0.01, StopAtTarget = true })).Ending);
        Assert.Equal(SimulationEnding.NoEligibleDevice, (await RunAsync(FedBuff(), gone, options)).Ending);
        Assert.Equal(SimulationEnding.Cancelled, (await RunAsync(FedBuff(), devices, options, cancellationToken: new CancellationToken(canceled: true))).Ending);
    }

    [Fact]
    public async Task Late_updates_of_a_round_are_wasted_and_counted_so()
    {
        ImmutableArray<SimulatedDevice> devices = [.. new[] { 1, 2, 30 }.Select(time => new SimulatedDevice { Name = $"d{time}", JobDuration = LatencyDistribution.Constant(time) })];

        SimulationResult result = await RunAsync(Sync(cohort: 2, overSelection: 1.5), devices, new SimulationOptions { MaxTrips = 3, Order = DeviceOrder.LongestIdle });

        JobRecord late = result.Jobs[^1];
        Assert.Equal((JobOutcome.Rejected, UpdateOutcome.TooStale, 2), (late.Outcome, late.UpdateOutcome, late.Device));
        Assert.Equal((2, 1), (result.Totals.Accepted, result.Totals.Rejected));
        Assert.Equal(late.MultiplyAdds, result.Totals.WastedMultiplyAdds);
        Assert.Equal(late.BytesUp + late.BytesDown, result.Totals.WastedBytes);
    }

    [Fact]
    public async Task A_device_that_drops_out_counts_as_at_work_until_its_lease_expires()
    {
        ImmutableArray<SimulatedDevice> devices =
        [
            new SimulatedDevice { Name = "quitter", JobDuration = LatencyDistribution.Constant(10), DropOut = 1 },
            new SimulatedDevice { Name = "other", JobDuration = LatencyDistribution.Constant(10) },
        ];
        SimulationRule rule = FedBuff(1, 1);
        rule.Server.LeaseDuration = Seconds(60);

        SimulationResult result = await RunAsync(rule, devices, new SimulationOptions { MaxTrips = 2, Order = DeviceOrder.LongestIdle });

        Assert.Equal([JobOutcome.Dropped, JobOutcome.Accepted], result.Jobs.Select(job => job.Outcome));
        Assert.InRange(result.Jobs[0].End.TotalSeconds, 0, 10);
        Assert.Equal(Seconds(60), result.Jobs[1].Start);
        Assert.InRange(result.Totals.WastedMultiplyAdds, 1, 9_999_999);
    }

    [Fact]
    public async Task Work_waits_while_a_device_is_away_and_nobody_who_is_away_is_asked()
    {
        // There from 0 to 10 and from 100 to 110, then never again.
        var away = new SimulatedDevice
        {
            Name = "d",
            JobDuration = LatencyDistribution.Constant(6),
            Availability = AvailabilityPattern.During(new AvailabilityWindow(default, Seconds(10)), new AvailabilityWindow(Seconds(100), Seconds(110))),
        };

        SimulationResult result = await RunAsync(FedBuff(1, 1), [away], new SimulationOptions { MaxTime = Seconds(1000) });

        Assert.Equal([6, 102, 108, 110], result.Jobs.Select(job => job.End.TotalSeconds));
        Assert.Equal([0, 6, 102, 108], result.Jobs.Select(job => job.Start.TotalSeconds));
        Assert.Equal(JobOutcome.Dropped, result.Jobs[3].Outcome);
    }

    [Fact]
    public async Task The_loop_wakes_when_the_first_device_comes_back()
    {
        AvailabilityPattern night = AvailabilityPattern.Daily(TimeSpan.FromHours(22), TimeSpan.FromHours(6));
        SimulationRule rule = FedBuff(1, 1);
        rule.Server.LeaseDuration = TimeSpan.FromDays(2);
        SimulatedDevice sleeper = new() { Name = "d", JobDuration = LatencyDistribution.Constant(3600 * 5), Availability = night };

        SimulationResult result = await RunAsync(rule, [sleeper, sleeper with { Name = "abroad", ClockSkew = TimeSpan.FromHours(-3) }], new SimulationOptions { MaxTrips = 4 });

        // At home until 6, abroad from 1 to 9 by the server's clock; one at a time, five hours each.
        Assert.All(result.Jobs, job => Assert.Equal(JobOutcome.Accepted, job.Outcome));
        Assert.All(result.Jobs, job => Assert.NotNull(night.WindowAt(job.Start)));
        Assert.All(result.Jobs.Zip(result.Jobs.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
    }

    [Fact]
    public async Task A_clock_that_is_set_wrong_changes_nothing_but_the_hours()
    {
        ImmutableArray<SimulatedDevice> devices = ToyTask.Devices(30);
        ImmutableArray<SimulatedDevice> skewed = [.. devices.Select((device, i) => device with { ClockSkew = TimeSpan.FromHours((i * 7) - 100) })];
        var options = new SimulationOptions { MaxVersions = 20 };

        Assert.Equal(Fingerprint(await RunAsync(FedBuff(), devices, options)), Fingerprint(await RunAsync(FedBuff(), skewed, options)));
    }

    [Fact]
    public async Task Who_comes_when_enough_are_at_work_is_turned_away()
    {
        SimulationResult result = await RunAsync(FedBuff(capacity: 1, concurrency: 2), ToyTask.Devices(5), new SimulationOptions
        {
            Arrivals = ArrivalProcess.Listed(Arrival(0, 10), Arrival(1, 10), Arrival(1, 10), Arrival(20, 10)),
            Order = DeviceOrder.LongestIdle,
        });

        Assert.Equal((3, 1), (result.Totals.Trips, result.Totals.Refused));
        Assert.Equal([0, 1, 22], result.Jobs.Select(job => job.Start.TotalSeconds));
    }

    [Fact]
    public async Task A_buffer_that_waits_too_long_is_published_by_the_virtual_clock()
    {
        SimulationRule rule = FedBuff(capacity: 4, concurrency: 2);
        rule.Server.PublishTimeout = Seconds(15);
        SimulatedDevice prototype = new() { Name = "d", JobDuration = LatencyDistribution.Constant(10) };

        SimulationResult result = await RunAsync(rule, ToyTask.Devices(9, prototype), new SimulationOptions { MaxTime = Seconds(60), Order = DeviceOrder.LongestIdle });

        // Two arrive at 10, two at 20 and make a version; so it goes on, and the clock never has to.
        Assert.Equal(3, result.Model!.Version.Number);
        rule.Server.PublishTimeout = Seconds(5);
        SimulationResult hurried = await RunAsync(rule, ToyTask.Devices(9, prototype), new SimulationOptions { MaxTime = Seconds(60), Order = DeviceOrder.LongestIdle });
        Assert.Equal([0, 15, 25, 35, 45, 55], hurried.Points.Select(point => point.Time.TotalSeconds));
    }

    [Fact]
    public async Task A_device_with_too_little_memory_is_asked_again_only_when_the_selection_has_changed()
    {
        ImmutableArray<SimulatedDevice> devices =
        [
            new SimulatedDevice { Name = "small", MemoryBudgetBytes = 10, JobDuration = LatencyDistribution.Constant(1) },
            new SimulatedDevice { Name = "large", JobDuration = LatencyDistribution.Constant(1) },
        ];
        SimulationRule rule = FedBuff(1, 2);
        rule.Server.RequiredMemoryBytes = 11;

        SimulationResult result = await RunAsync(rule, devices, new SimulationOptions { MaxVersions = 20 });

        Assert.Equal(1, result.Totals.Refused);
        Assert.All(result.Jobs, job => Assert.Equal(1, job.Device));
    }

    [Fact]
    public async Task What_nobody_can_train_ends_the_run_with_nothing_trained()
    {
        SimulationRule rule = FedBuff(1, 2);
        rule.Server.RequiredMemoryBytes = 1000;

        SimulationResult result = await RunAsync(rule, ToyTask.Devices(3, new SimulatedDevice { Name = "d", MemoryBudgetBytes = 10 }), new SimulationOptions { MaxVersions = 20 });

        Assert.True(result.IsComplete);
        Assert.Equal((0, 3), (result.Totals.Trips, result.Totals.Refused));
        Assert.Single(result.Points);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static Arrival Arrival(double gap, double duration) => new(Seconds(gap), Seconds(duration));
}
