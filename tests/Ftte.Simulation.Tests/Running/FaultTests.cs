using Ftte.Aggregation;
using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

/// <summary>What a researcher's own parts get wrong ends the run at once, with an error that says whose fault it is.</summary>
public sealed class FaultTests
{
    private static readonly SimulationOptions Short = new() { MaxVersions = 3, Threads = 2 };

    [Theory]
    [InlineData(UpdateOutcome.Busy, "aggregator is busy")]
    [InlineData(UpdateOutcome.LengthMismatch, "LengthMismatch")]
    [InlineData(UpdateOutcome.LayoutMismatch, "LayoutMismatch")]
    public async Task An_aggregator_that_has_no_answer_that_a_device_could_go_on_with_ends_the_run(UpdateOutcome outcome, string reason)
    {
        SimulationRule rule = FedBuff() with { CreateAggregator = (start, _, _) => new Refusing(start, () => outcome) };

        Assert.Contains(reason, (await RefusedAsync(rule)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_aggregator_whose_disk_fails_ends_the_run_where_a_client_would_try_again()
    {
        SimulationRule rule = FedBuff() with { CreateAggregator = (start, _, _) => new Refusing(start, () => throw new IOException("disk is full")) };

        Assert.Contains("aggregator failed: disk is full", (await RefusedAsync(rule)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(10, 11)]
    [InlineData(10, -1)]
    public async Task A_job_that_costs_what_cannot_be_is_refused(long multiplyAdds, long ahead)
    {
        var task = new ToyTask { Cost = new JobCost(multiplyAdds, 100) { AheadMultiplyAdds = ahead } };

        Assert.Contains("for a job of device", (await RefusedAsync(FedBuff(), task)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(73.3, double.NaN)]
    [InlineData(-0.1, double.NaN)]
    [InlineData(double.NaN, 0.5)]
    [InlineData(0.5, 50)]
    public async Task An_accuracy_that_is_no_share_is_refused(double accuracy, double onStragglers)
    {
        var task = new ToyTask { Quality = new ModelQuality(accuracy, onStragglers) };

        Assert.Contains("Return values in [0, 1]", (await RefusedAsync(FedBuff(), task)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_that_never_has_enough_devices_for_a_version_is_refused_before_it_runs()
    {
        SimulationRule rule = FedBuff(capacity: 10);
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>("rule", () => RunAsync(rule, ToyTask.Devices(9), Short));
        Assert.Contains("FedBuff makes a version of 10 updates, at most 1 per device, and there are 9 devices", error.Message, StringComparison.Ordinal);

        rule.Aggregation.MaxUpdatesPerClient = 2;
        Assert.Equal(3, (await RunAsync(rule, ToyTask.Devices(9), Short)).Model!.Version.Number);
    }

    private static Task<InvalidOperationException> RefusedAsync(SimulationRule rule, ToyTask? task = null) =>
        Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(rule, ToyTask.Devices(50), Short, task).WaitAsync(TimeSpan.FromSeconds(60)));

    private sealed class Refusing(ModelSnapshot start, Func<UpdateOutcome> outcome) : IAsyncAggregator
    {
        public ModelSnapshot Current => start;

        public ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default) => new(new UpdateReceipt(outcome(), start.Version));

        public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) => new((ModelSnapshot?)null);
    }
}
