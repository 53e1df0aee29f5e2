using Ftte.Aggregation;
using Ftte.PublicApi.Tests.Outsider;
using Ftte.Selection;

namespace Ftte.PublicApi.Tests;

/// <summary>Parts of the buffered aggregator that are derived outside the library.</summary>
public class ExtensionTests
{
    private static readonly ParameterSelection All = ParameterSelection.Full(Model.Layout);
    private readonly SelectionHistory _selections = new(All);
    private int _sent;

    [Fact]
    public async Task An_optimizer_from_outside_moves_the_model_and_learns_about_the_buffer()
    {
        var optimizer = new SignOptimizer(0.5);
        var aggregator = Aggregator(new() { Capacity = 2, Optimizer = optimizer, MaxUpdatesPerClient = 2, NormClip = null });
        await SendAsync(aggregator, default, Fill(3), Fill(3));
        await SendAsync(aggregator, default, Fill(-2), Fill(-2));

        // The second step, against the first, is half as long.
        Assert.Equal([1.25f, 1.25f, 1.25f, 1.25f, 0.25f, 0.25f, 0.25f], aggregator.Current.Parameters.ToArray());
        Assert.Equal((0, 2, 0), (optimizer.Applied[0].Number, optimizer.Applied[0].UpdateCount, optimizer.Applied[0].MaxAge));
        Assert.Equal((1, 1), (optimizer.Applied[^1].Number, optimizer.Applied[^1].MaxAge));
        Assert.InRange(optimizer.Applied[^1].MeanWeight, 0.1, 0.99);
    }

    [Fact]
    public async Task A_restored_aggregator_goes_on_with_the_state_of_an_optimizer_from_outside()
    {
        BufferedAggregatorOptions options = new() { Capacity = 1, Optimizer = new SignOptimizer(1), NormClip = null };
        var aggregator = Aggregator(options);
        await SendAsync(aggregator, default, Fill(1));
        var restored = BufferedAggregator.Restore(aggregator.CaptureState(), Model.Layout, _selections, options);
        await SendAsync(aggregator, aggregator.Current.Version, Fill(1));
        _sent--;
        await SendAsync(restored, restored.Current.Version, Fill(1));
        Assert.Equal(1.5f, restored.Current.Parameters.Span[4]);
        Assert.Equal(aggregator.Current.Fingerprint, restored.Current.Fingerprint);
    }

    [Fact]
    public void A_state_of_another_optimizer_is_refused()
    {
        var aggregator = Aggregator(new() { Optimizer = new SignOptimizer(1) });
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => BufferedAggregator.Restore(aggregator.CaptureState(), Model.Layout, _selections));
        Assert.Contains(nameof(SignOptimizer), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_robust_reduction_from_outside_ignores_hostile_updates()
    {
        var aggregator = Aggregator(new() { Capacity = 5, Reduction = new MiddleOfThree(), MaxUpdatesPerClient = 5, NormClip = null });
        await SendAsync(aggregator, default, Fill(1), Fill(2), Fill(3), Fill(1000), Fill(-1000));
        Assert.Equal(2, aggregator.Current.Parameters.Span[5], 1e-6);
        Assert.Throws<ArgumentException>("Reduction", () => Aggregator(new() { Capacity = 2, Reduction = new MiddleOfThree() }));
    }

    [Fact]
    public async Task A_weighting_that_asks_for_it_sees_the_drift_of_the_model()
    {
        var weighting = new DriftWeighting();
        BufferedAggregatorOptions options = new() { Capacity = 1, Weighting = weighting, NormClip = null };
        var aggregator = Aggregator(options);
        await SendAsync(aggregator, default, [0, 0, 0, 0, 3, 4, 0]);
        await SendAsync(aggregator, default, [0, 0, 0, 0, 4, 3, 0]);
        Assert.Equal((0, double.NaN), (weighting.Weighted[0].DriftNorm, weighting.Weighted[0].DriftAlignment));
        Assert.Equal(5, weighting.Weighted[1].DriftNorm, 1e-12);
        Assert.Equal(24.0 / 25, weighting.Weighted[1].DriftAlignment, 1e-12);

        // What is restored knows the versions that were published before.
        var restored = BufferedAggregator.Restore(aggregator.CaptureState(), Model.Layout, _selections, options);
        await SendAsync(restored, new ModelVersion(1), Fill(1));
        Assert.Equal(5 / 6.0, weighting.Weighted[2].DriftNorm, 1e-6);
    }

    [Fact]
    public async Task A_trainer_receives_the_receipt_of_its_update()
    {
        await using var server = new FederatedServer(Aggregator(new() { Capacity = 2 }), _selections);
        var trainer = new ListeningTrainer(new PullTrainer(Model.Layout, Fill(2)));
        await new FederatedClient(server, trainer, new() { ClientId = new ClientId("device"), MemoryBudgetBytes = 1000 }).RunOnceAsync();
        (UpdateId trained, UpdateId answered, UpdateOutcome outcome) = Assert.Single(trainer.Receipts);
        Assert.Equal((trained, UpdateOutcome.Buffered), (answered, outcome));
    }

    [Fact]
    public async Task A_trainer_can_lower_its_learning_rate_if_its_training_diverged()
    {
        await using var server = new FederatedServer(Aggregator(new() { Capacity = 2 }), _selections);
        var trainer = new ListeningTrainer(new PullTrainer(Model.Layout, Fill(float.NaN)));
        await new FederatedClient(server, trainer, new() { ClientId = new ClientId("device"), MemoryBudgetBytes = 1000 }).RunOnceAsync();
        Assert.Equal(0.05f, trainer.LearningRate);
    }

    private static float[] Fill(float value) => [.. Enumerable.Repeat(value, Model.Layout.ParameterCount)];

    private BufferedAggregator Aggregator(BufferedAggregatorOptions options) => new(Model.Start, _selections, options);

    private async Task SendAsync(BufferedAggregator aggregator, ModelVersion received, params float[][] steps)
    {
        foreach (float[] step in steps)
        {
            var header = new UpdateHeader(new ClientId("device"), new UpdateId((ulong)++_sent), Model.Layout.Fingerprint, received, default, ExampleCount: 10);
            using SparseUpdate update = SparseUpdate.Create(header, step);
            Assert.True((await aggregator.AggregateAsync(update)).IsAccepted);
        }
    }
}
