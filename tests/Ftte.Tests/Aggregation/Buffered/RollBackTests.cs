using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

/// <summary>After a rollback, training continues as from an initial model.</summary>
public class RollBackTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create([("weight", [3], ParameterRole.Trainable), ("mean", [1], ParameterRole.Statistic)]);

    public static TheoryData<string, Func<BufferedAggregatorOptions>> Rules => new()
    {
        { "FTTE", () => new() },
        { "alignment", () => new() { Weighting = new AlignmentWeighting() } },
        { "drift", () => new() { Weighting = new RecordingWeighting(WeightingInputs.Drift) } },
        { "momentum", () => new() { Optimizer = ServerOptimizer.Momentum() } },
        { "median", () => new() { Reduction = Reduction.Median() } },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Updates_have_the_results_of_an_aggregator_that_starts_from_the_restored_model(string rule, Func<BufferedAggregatorOptions> options)
    {
        var guard = new RecordingGuard();
        BufferedAggregatorOptions guarded = options();
        (guarded.Capacity, guarded.Guard) = (4, guard);
        BufferedAggregator aggregator = Start(new ModelSnapshot(Layout, default, [1, -1, .5f, 2]), guarded);
        ModelSnapshot initial = aggregator.Current;
        int next = 0;

        // The rollback discards an empty buffer, then one with updates that were folded, then one with updates that wait for reference values.
        foreach ((bool rollBackFirst, int count) in new[] { (false, 8), (false, 2), (true, 2) })
        {
            if (rollBackFirst)
            {
                aggregator.RollBack(initial);
            }

            Submit(aggregator, next, count);
            next += count / 4 * 4;
            ModelSnapshot restored = aggregator.RollBack(initial);
            var twinGuard = new RecordingGuard();
            BufferedAggregatorOptions plain = options();
            (plain.Capacity, plain.Guard) = (4, twinGuard);
            BufferedAggregator twin = Start(new ModelSnapshot(Layout, restored.Version, restored.Parameters.Span), plain);
            guard.Steps.Clear();
            Assert.Equal(Submit(twin, next, 13), Submit(aggregator, next, 13));
            Assert.Equal(twinGuard.Steps, guard.Steps);
            Assert.True(twin.Current.Parameters.Span.SequenceEqual(aggregator.Current.Parameters.Span), rule);
            next += 12;
        }
    }

    [Fact]
    public void A_snapshot_of_another_layout_is_refused()
    {
        BufferedAggregator aggregator = Start(new ModelSnapshot(Layout, default, [1, 1, 1, 1]), new() { Capacity = 1 });
        Submit(aggregator, 0, 1);
        ParameterLayout other = ParameterLayout.Create(("other", [4]));
        Assert.Contains("but the model has", Assert.Throws<ArgumentException>("earlier", () => aggregator.RollBack(new ModelSnapshot(other, default, [1, 1, 1, 1]))).Message, StringComparison.Ordinal);
    }

    private static BufferedAggregator Start(ModelSnapshot model, BufferedAggregatorOptions options) =>
        new(model, new SelectionHistory(ParameterSelection.Full(Layout)), options);

    /// <summary>Submits updates that depend on nothing but their numbers.</summary>
    private static List<UpdateReceipt> Submit(BufferedAggregator aggregator, int first, int count) => [.. Enumerable.Range(first, count).Select(i =>
    {
        var random = new Random(i);
        float[] values = [.. Enumerable.Range(0, 4).Select(_ => random.NextSingle() - .4f)];
        var header = new UpdateHeader(new ClientId($"c{i}"), new UpdateId((ulong)i), Layout.Fingerprint, aggregator.Current.Version, default, random.Next(1, 50));
        using var update = SparseUpdate.Create(header, values);
        return Bench.Now(aggregator.AggregateAsync(update));
    })];

    private sealed class RecordingGuard : IVersionGuard
    {
        public List<StepStatistics> Steps { get; } = [];

        public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step)
        {
            Steps.Add(step);
            return null;
        }
    }
}
