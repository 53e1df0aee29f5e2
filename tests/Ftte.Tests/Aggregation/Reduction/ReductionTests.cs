using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

public class ReductionTests
{
    private static readonly (float, long, int)[] OneThreeFive = [(1, 0, 1), (3, 1, 1), (5, 3, 1)];

    private static BufferedAggregatorOptions With(Reduction reduction, IStalenessWeighting weighting, AgeOrigin origin = AgeOrigin.CurrentVersion) =>
        new() { Reduction = reduction, Weighting = weighting, AgeOrigin = origin };

    public static TheoryData<string, Func<BufferedAggregatorOptions>, double> SixMeanings => new()
    {
        { "FedBuff's paper", () => BufferedAggregatorOptions.FedBuff(), 1.873774 },
        { "FLSim", () => With(Reduction.Sum(), new PolynomialWeighting(0.5, normalizedAtAge: 1)), 7.949747 },
        { "FedScale", () => With(Reduction.WeightedMean(byExamples: false), new PolynomialWeighting()), 2.546918 },
        { "NVFlare", () => With(Reduction.OverCapacity(), new ReciprocalWeighting(), AgeOrigin.NextVersion), 1.136436 },
        { "Plato", () => With(Reduction.MassDampedMean(byExamples: false), new ConstantWeighting()), 3.000000 },
        { "0.9^age over its sum", () => With(Reduction.WeightedMean(byExamples: false), new ExponentialWeighting(0.9)), 2.793838 },
    };

    [Theory]
    [MemberData(nameof(SixMeanings))]
    public void Each_of_the_six_meanings_of_FedBuff_is_a_set_of_options(string system, Func<BufferedAggregatorOptions> options, double expected)
    {
        float result = Bench.Buffer(options(), 0, OneThreeFive);
        Assert.True(Math.Abs(result - expected) < 1e-6, $"{system}: {result} instead of {expected}");
    }

    [Fact]
    public void A_buffer_over_the_capacity_meets_the_published_case() =>
        Assert.Equal(0.22222222222222224, Bench.Buffer(BufferedAggregatorOptions.FedBuff(), 0, (1, 0, 1), (2, 3, 1), (-4, 8, 1)), 1e-7);

    [Fact]
    public void A_buffer_over_the_sum_of_weights_meets_the_published_case() =>
        Assert.Equal(
            0.3636363636363637,
            Bench.Buffer(With(Reduction.WeightedMean(byExamples: false), new PolynomialWeighting()), 0, (1, 0, 1), (2, 3, 1), (-4, 8, 1)),
            1e-7);

    [Fact]
    public void A_buffer_over_the_sum_of_weighted_examples_meets_the_published_case() =>
        Assert.Equal(
            -1.4615384615384617,
            Bench.Buffer(With(Reduction.WeightedMean(), new PolynomialWeighting()), 0, (1, 0, 10), (2, 3, 20), (-4, 8, 70)),
            1e-6);

    [Fact]
    public void The_mass_damped_mean_loses_the_mass_of_stale_updates() =>
        // (10*1*1 + 20*.5*2 + 70*(1/3)*(-4)) / 100
        Assert.Equal(((10 * 1.0) + (20 * .5 * 2) + (70 / 3.0 * -4)) / 100, Bench.Buffer(With(Reduction.MassDampedMean(), new PolynomialWeighting()), 0, (1, 0, 10), (2, 3, 20), (-4, 8, 70)), 1e-6);

    [Fact]
    public void FedAvg_meets_the_published_case()
    {
        var bench = new Bench(new float[6], BufferedAggregatorOptions.FedAvg(2));
        bench.Submit(bench.Header(examples: 1), 1, 2, 3, 4, 5, 6);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(bench.Header(examples: 2), 29, 23, 19, 17, 13, 11).Outcome);
        float[] expected = [59f / 3, 16, 41f / 3, 38f / 3, 31f / 3, 28f / 3];
        Assert.All(expected.Zip(bench.Model), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void FedAsync_meets_the_published_case()
    {
        var layout = ParameterLayout.Create(("x", [1]));
        var aggregator = Bench.Aged(layout, [10], new SelectionHistory(ParameterSelection.Full(layout)), 3, BufferedAggregatorOptions.FedAsync(0.6));
        var header = new UpdateHeader(new ClientId("c"), new UpdateId(1), layout.Fingerprint, default, default, 1, UpdateContent.Trained);
        using var update = SparseUpdate.Create(header, [0f]);
        Assert.Equal(0.5, Bench.Now(aggregator.AggregateAsync(update)).Weight);
        Assert.Equal(7f, aggregator.Current.Parameters.Span[0], 1e-6f);
    }

    [Fact]
    public void Trained_content_is_measured_from_the_current_model_and_a_difference_from_the_received_one()
    {
        // K = 1 from x0 = 1: the client ends at a = 5 while the model has become b = 3; weight w = 1/sqrt(2).
        const float a = 5, b = 3;
        var layout = ParameterLayout.Create(("x", [1]));
        foreach ((UpdateContent content, float value, double origin) in new[] { (UpdateContent.Difference, a - 1, 1.0), (UpdateContent.Trained, a, b) })
        {
            var options = new BufferedAggregatorOptions { Capacity = 1, Reduction = Reduction.Sum(), Weighting = new PolynomialWeighting(), NormClip = null };
            var aggregator = Bench.Aged(layout, [b], new SelectionHistory(ParameterSelection.Full(layout)), 1, options);
            using var update = SparseUpdate.Create(new UpdateHeader(new ClientId("c"), default, layout.Fingerprint, default, default, 1, content), [value]);
            Bench.Now(aggregator.AggregateAsync(update));
            Assert.Equal(b + ((a - origin) / Math.Sqrt(2)), aggregator.Current.Parameters.Span[0], 1e-6);
        }
    }

    [Theory]
    [InlineData(0, 1, 2.181818181818182, -1)]
    [InlineData(1, .5454545454545455, 2.181818181818182, -.2727272727272727)]
    public void Sparse_updates_of_several_selections_meet_the_published_case(double minMassShare, double zero, double one, double two)
    {
        var layout = ParameterLayout.Create(("x", [3]));
        var selections = new SelectionHistory(ParameterSelection.Create(3, [new(0, 2)]));
        SelectionVersion second = selections.Announce(ParameterSelection.Create(3, [new(1, 2)]));
        SelectionVersion third = selections.Announce(ParameterSelection.Create(3, [new(1, 1)]));
        var options = With(Reduction.WeightedMean(byExamples: false), new PolynomialWeighting());
        (options.Capacity, options.MinMassShare) = (3, minMassShare);
        BufferedAggregator aggregator = Bench.Aged(layout, new float[3], selections, 10, options);
        Submit(0, default, 1, 2);
        Submit(3, second, 4, -1);
        Submit(8, third, 0);
        Assert.Equal(zero, aggregator.Current.Parameters.Span[0], 1e-6);
        Assert.Equal(one, aggregator.Current.Parameters.Span[1], 1e-6);
        Assert.Equal(two, aggregator.Current.Parameters.Span[2], 1e-6);

        void Submit(long age, SelectionVersion selection, params float[] values)
        {
            var header = new UpdateHeader(new ClientId($"c{age}"), default, layout.Fingerprint, new ModelVersion(10 - age), selection, 1);
            using var update = SparseUpdate.Create(header, values);
            Assert.True(Bench.Now(aggregator.AggregateAsync(update)).IsAccepted);
        }
    }

    [Fact]
    public void A_coordinate_of_few_contributors_moves_by_its_sum_over_at_least_kappa_of_the_mass()
    {
        var layout = ParameterLayout.Create(("x", [2]));
        var selections = new SelectionHistory(ParameterSelection.Create(2, [new(0, 2)]));
        SelectionVersion narrow = selections.Announce(ParameterSelection.Create(2, [new(0, 1)]));
        var aggregator = new BufferedAggregator(new ModelSnapshot(layout, default, new float[2]), selections, new() { Capacity = 10 });
        for (ulong i = 0; i < 10; i++)
        {
            bool wide = i == 0;
            var header = new UpdateHeader(new ClientId($"c{i}"), default, layout.Fingerprint, default, wide ? default : narrow, 8);
            using var update = SparseUpdate.Create(header, wide ? [1f, 1f] : [1f]);
            Bench.Now(aggregator.AggregateAsync(update));
        }

        Assert.Equal(1f, aggregator.Current.Parameters.Span[0]);
        Assert.Equal(8 / (0.25 * 80), aggregator.Current.Parameters.Span[1], 1e-7);
    }
}
