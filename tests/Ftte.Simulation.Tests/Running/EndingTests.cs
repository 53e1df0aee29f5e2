using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Simulation.Availability;
using Ftte.Simulation.Randomness;
using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

/// <summary>A run that cannot make progress ends and says why, whatever the reason and although no limit of time or jobs was set.</summary>
public sealed class EndingTests
{
    private static readonly SimulationOptions Endless = new() { MaxVersions = 1000, EvaluateEveryVersions = 1000, Threads = 2 };

    private static readonly AvailabilityPattern Cycle = AvailabilityPattern.DutyCycle(TimeSpan.FromSeconds(100), 0.5);

    [Fact]
    public async Task Devices_that_left_for_good_end_the_run()
    {
        AvailabilityPattern short_ = AvailabilityPattern.During(new AvailabilityWindow(default, TimeSpan.FromSeconds(25)));
        await EndsAsync(SimulationEnding.NoEligibleDevice, "30 have left for good", FedBuff(), ToyTask.Devices(30, Device(short_)));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Devices_with_too_little_memory_end_the_run_also_if_they_come_and_go_or_arrive_for_ever(bool cycles, bool arrives)
    {
        SimulationRule rule = FedBuff();
        rule.Server.RequiredMemoryBytes = 1000;
        SimulatedDevice device = Device(cycles ? Cycle : AvailabilityPattern.Always) with { MemoryBudgetBytes = 10 };

        await EndsAsync(SimulationEnding.NoEligibleDevice, "20 have too little memory", rule, ToyTask.Devices(20, device), arrives);
    }

    [Fact]
    public async Task An_endless_arrival_process_ends_with_its_devices()
    {
        AvailabilityPattern short_ = AvailabilityPattern.During(new AvailabilityWindow(default, TimeSpan.FromSeconds(25)));
        await EndsAsync(SimulationEnding.NoEligibleDevice, "30 have left for good", FedBuff(), ToyTask.Devices(30, Device(short_)), arrives: true);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Devices_that_have_used_their_shares_of_a_buffer_that_lacks_others_end_the_run(bool cycles, bool arrives)
    {
        // Half of the devices leave, so that a version is possible at first and then is not.
        SimulatedDevice stays = Device(cycles ? Cycle : AvailabilityPattern.Always);
        SimulatedDevice leaves = Device(AvailabilityPattern.During(new AvailabilityWindow(default, TimeSpan.FromSeconds(5))));
        ImmutableArray<SimulatedDevice> devices = [.. ToyTask.Devices(4, stays), .. ToyTask.Devices(4, leaves).Select((device, i) => device with { Name = $"leaves-{i}" })];
        SimulationResult result = await EndsAsync(SimulationEnding.BufferCannotFill, "have used their share of the buffer", FedBuff(capacity: 8), devices, arrives);

        Assert.Equal(0, result.Totals.Rejected);
    }

    [Fact]
    public async Task A_publication_timeout_lets_too_few_devices_go_on_until_it_holds_too_little()
    {
        SimulationRule enough = FedBuff(capacity: 10), tooFew = FedBuff(capacity: 10);
        enough.Server.PublishTimeout = tooFew.Server.PublishTimeout = TimeSpan.FromSeconds(60);

        SimulationResult goesOn = await RunAsync(enough, ToyTask.Devices(5), Endless with { MaxVersions = 20 }).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((SimulationEnding.MaxVersionsReached, null), (goesOn.Ending, goesOn.EndingReason));
        await EndsAsync(SimulationEnding.BufferCannotFill, "4 have used their share", tooFew, ToyTask.Devices(4));
    }

    [Fact]
    public async Task A_round_that_lacks_devices_ends_the_run()
    {
        AvailabilityPattern short_ = AvailabilityPattern.During(new AvailabilityWindow(default, TimeSpan.FromSeconds(1)));
        ImmutableArray<SimulatedDevice> devices = [.. ToyTask.Devices(2, Device(Cycle)), .. ToyTask.Devices(1, Device(short_) with { Name = "x" }).Select(device => device with { Name = "leaves" })];
        await EndsAsync(SimulationEnding.BufferCannotFill, "2 have used their share", Sync(cohort: 3), devices);
    }

    [Fact]
    public async Task Versions_that_are_refused_again_and_again_end_the_run_and_are_counted()
    {
        SimulationRule rule = FedBuff();
        rule.Aggregation.Guard = new Refusing();

        SimulationResult result = await EndsAsync(SimulationEnding.VersionsRefused, "never good enough", rule, ToyTask.Devices(30));

        Assert.Equal(10, result.Totals.RefusedVersions);
        Assert.Contains(result.Jobs, job => job.UpdateOutcome == UpdateOutcome.Refused);
        Assert.Equal(new ModelVersion(0), result.Model!.Version);
    }

    [Fact]
    public async Task A_round_begins_again_after_its_version_was_refused()
    {
        SimulationRule rule = Sync(cohort: 4);
        rule.Aggregation.Guard = new RefusingTwice();

        SimulationResult result = await RunAsync(rule, ToyTask.Devices(30), new SimulationOptions { MaxVersions = 3, Seed = 1 });

        Assert.Equal((SimulationEnding.MaxVersionsReached, 2), (result.Ending, result.Totals.RefusedVersions));
    }

    [Fact]
    public async Task Updates_that_are_all_rejected_end_the_run_with_the_outcome()
    {
        SimulationRule rule = FedBuff();
        rule.Aggregation.MaxNorm = 1e-30;

        SimulationResult result = await EndsAsync(SimulationEnding.UpdatesRejected, "rejected, the last one with NormTooLarge", rule, ToyTask.Devices(30));

        Assert.Equal(100 + (10 * 30), result.Totals.Rejected);
    }

    [Fact]
    public async Task Devices_that_always_give_up_end_the_run() =>
        await EndsAsync(SimulationEnding.DevicesDropOut, "devices gave up", FedBuff(), ToyTask.Devices(20, Device(AvailabilityPattern.Always) with { DropOut = 1 }));

    [Fact]
    public async Task An_aggregator_that_accepts_and_never_publishes_ends_the_run()
    {
        SimulationRule rule = FedBuff() with { CreateAggregator = (start, _, _) => new Answering(start, UpdateOutcome.Buffered) };

        SimulationResult result = await EndsAsync(SimulationEnding.NoPublication, "The aggregator publishes too rarely or never", rule, ToyTask.Devices(20));

        Assert.Equal(1000 + (100 * 20), result.Totals.Accepted);
        SimulationResult sooner = await RunAsync(rule, ToyTask.Devices(20), Endless with { MaxTripsPerVersion = 50 });
        Assert.Equal((SimulationEnding.NoPublication, 50), (sooner.Ending, sooner.Totals.Accepted));
    }

    [Fact]
    public async Task An_aggregator_that_answers_quota_without_end_ends_the_run()
    {
        SimulationRule rule = FedBuff() with { CreateAggregator = (start, _, _) => new Answering(start, UpdateOutcome.ClientQuota) };

        await EndsAsync(SimulationEnding.BufferCannotFill, "20 have used their share", rule, ToyTask.Devices(20));
    }

    [Fact]
    public async Task The_longest_simulated_time_ends_any_run()
    {
        SimulatedDevice slow = Device(AvailabilityPattern.Always) with { JobDuration = LatencyDistribution.Constant(9e8) };

        Assert.Equal(SimulationEnding.MaxTimeReached, (await RunAsync(FedBuff(capacity: 5), ToyTask.Devices(5, slow), Endless)).Ending);
    }

    [Fact]
    public async Task A_reason_is_written_to_files_and_read_back_and_limits_have_none()
    {
        SimulationRule rule = FedBuff();
        rule.Aggregation.Guard = new Refusing();
        SimulationResult stuck = await RunAsync(rule, ToyTask.Devices(30), Endless), fine = await RunAsync(FedBuff(), ToyTask.Devices(30), Endless with { MaxVersions = 3 });

        using var text = new StringWriter();
        ResultFile.WriteJsonLines(text, stuck);
        SimulationResult read = ResultFile.ReadJsonLines(new StringReader(text.ToString()));

        Assert.Equal((stuck.Ending, stuck.EndingReason, stuck.Totals), (read.Ending, read.EndingReason, read.Totals));
        Assert.Null(fine.EndingReason);
    }

    private static SimulatedDevice Device(AvailabilityPattern availability) => new() { Name = "d", JobDuration = LatencyDistribution.Constant(10), Availability = availability };

    private static async Task<SimulationResult> EndsAsync(SimulationEnding ending, string reason, SimulationRule rule, ImmutableArray<SimulatedDevice> devices, bool arrives = false)
    {
        SimulationOptions options = arrives ? Endless with { Arrivals = ArrivalProcess.Poisson(1) } : Endless;
        SimulationResult result = await RunAsync(rule, devices, options).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(ending, result.Ending);
        Assert.Contains(reason, result.EndingReason, StringComparison.Ordinal);
        Assert.True(result.IsComplete);
        return result;
    }

    private sealed class RefusingTwice : IVersionGuard
    {
        private int _refused;

        public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step) => _refused++ < 2 ? "Refused." : null;
    }

    private sealed class Refusing : IVersionGuard
    {
        public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step) => "It is never good enough.";
    }

    private sealed class Answering(ModelSnapshot start, UpdateOutcome outcome) : IAsyncAggregator
    {
        public ModelSnapshot Current => start;

        public ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default) => new(new UpdateReceipt(outcome, start.Version, 1));

        public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) => new((ModelSnapshot?)null);
    }
}
