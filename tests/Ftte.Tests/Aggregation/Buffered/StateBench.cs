using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

/// <summary>Creates aggregators whose state is saved, and updates for them.</summary>
internal static class StateBench
{
    public static readonly ParameterLayout Layout = ParameterLayout.Create(
        [("weight", [5], ParameterRole.Trainable), ("mean", [2], ParameterRole.Statistic), ("variance", [2], ParameterRole.Variance), ("bias", [2], ParameterRole.Trainable)]);

    public static readonly Func<ServerOptimizer>[] Optimizers =
        [() => ServerOptimizer.Sgd(), () => ServerOptimizer.Momentum(.5), () => ServerOptimizer.Adagrad(), () => ServerOptimizer.Adam(), () => ServerOptimizer.Yogi()];

    public static readonly Func<Reduction>[] Reductions =
    [
        () => Reduction.MassDampedMean(), () => Reduction.MassDampedMean(false), () => Reduction.WeightedMean(), () => Reduction.WeightedMean(false),
        Reduction.OverCapacity, Reduction.Sum, Reduction.Median, () => Reduction.TrimmedMean(), () => Reduction.MultiKrum(0, 2),
    ];

    public static readonly Func<IStalenessWeighting>[] Weightings =
    [
        () => new AgeAndVarianceWeighting(), () => new ConstantWeighting(), () => new PolynomialWeighting(), () => new HingeWeighting(), () => new ExponentialWeighting(),
        () => new ThresholdWeighting(50), () => new ReciprocalWeighting(), () => new RecordingWeighting(WeightingInputs.Drift), () => new AlignmentWeighting(),
    ];

    public static SelectionHistory Selections()
    {
        var selections = new SelectionHistory(ParameterSelection.Full(Layout));
        selections.Announce(ParameterSelection.OfBlocks(Layout, "weight", "mean", "variance"));
        return selections;
    }

    public static BufferedAggregator Start(BufferedAggregatorOptions options) =>
        new(new ModelSnapshot(Layout, new(3), [1, -1, .5f, 2, -2, 0, 1, 1, 3, .1f, -.1f]), Selections(), options);

    /// <summary>Submits update number i, which depends on nothing but i and the current version.</summary>
    public static UpdateReceipt Submit(BufferedAggregator aggregator, int i)
    {
        var random = new Random(i);
        var selection = new SelectionVersion(i % 4 == 2 ? 1 : 0);
        float[] values = [.. Enumerable.Range(0, selection.Number == 1 ? 9 : 11).Select(_ => (random.NextSingle() - .5f) * (i % 6 == 4 ? 100 : 1))];
        var received = new ModelVersion(Math.Max(3, aggregator.Current.Version.Number - random.Next(3)));
        var header = new UpdateHeader(new ClientId($"c{i % 7}"), new UpdateId((ulong)i), Layout.Fingerprint, received, selection, random.Next(1, 500));
        using var update = SparseUpdate.Create(header, values);
        return Bench.Now(aggregator.AggregateAsync(update));
    }
}
