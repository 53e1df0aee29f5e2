using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <summary>Statistics at the limits of sums, and those that a custom reduction returns.</summary>
public class StatisticLimitTests
{
    [Fact]
    public void A_variance_that_the_resolution_of_sums_would_make_negative_becomes_zero()
    {
        // The step is rounded to a whole unit, which is more than the variance.
        const float Unit = 1f / (1L << 40), Variance = 0.75f * Unit;
        Bench bench = Create(ParameterRole.Variance, Variance, new() { Capacity = 1, Reduction = Reduction.Sum(), Weighting = new ConstantWeighting() });

        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, -Variance).Outcome);
        Assert.Equal([0f], bench.Model);
    }

    [Fact]
    public void A_running_mean_may_be_negative()
    {
        Bench bench = Create(ParameterRole.Statistic, 1, new() { Capacity = 1, Reduction = Reduction.Sum(), Weighting = new ConstantWeighting(), NormClip = null });

        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, -3).Outcome);
        Assert.Equal([-2f], bench.Model);
    }

    [Theory]
    [InlineData(ParameterRole.Statistic)]
    [InlineData(ParameterRole.Variance)]
    [InlineData(ParameterRole.Trainable)]
    public void A_version_with_values_that_are_not_finite_is_refused_without_a_guard(ParameterRole role)
    {
        Bench bench = Create(role, 1, new() { Capacity = 1, Reduction = new Undefined(), Guard = null });

        Assert.Equal(UpdateOutcome.Refused, bench.Submit(0, 1).Outcome);
        Assert.Equal([1f], bench.Model);
    }

    [Theory]
    [InlineData(0.5, 4)]
    [InlineData(1, 8)]
    [InlineData(2, 8)]
    public void A_sum_divides_statistics_by_the_number_of_updates_or_by_their_weight_if_it_is_larger(double weight, float expected)
    {
        Bench bench = Create(ParameterRole.Statistic, 0, new() { Capacity = 2, Reduction = Reduction.Sum(), Weighting = new RecordingWeighting(weight: weight), NormClip = null });
        bench.Submit(0, 8);
        bench.Submit(0, 8);

        Assert.Equal([expected], bench.Model);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    public void A_weighted_mean_of_statistics_is_the_value_on_which_all_devices_agree(double weight)
    {
        Bench bench = Create(ParameterRole.Statistic, 0, new() { Capacity = 2, Reduction = Reduction.WeightedMean(byExamples: false), Weighting = new RecordingWeighting(weight: weight), NormClip = null });
        bench.Submit(0, 8);
        bench.Submit(0, 8);

        Assert.Equal([8f], bench.Model);
    }

    private static Bench Create(ParameterRole role, float value, BufferedAggregatorOptions options) => new(ParameterLayout.Create([("x", [1], role)]), [value], options);

    private sealed class Undefined() : RobustReduction(minContributors: 1, minGroup: 1, "Needs an update.")
    {
        protected internal override double Center(Span<float> values) => double.NaN;
    }
}
