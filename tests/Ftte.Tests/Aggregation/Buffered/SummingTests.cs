using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <summary>A buffer sums its updates exactly and becomes a version.</summary>
public class SummingTests
{
    [Fact]
    public void A_norm_beyond_what_the_accumulator_holds_is_rejected_and_leaves_no_trace()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 2, ExpectedExampleCount = 1 });
        bench.Submit(0, 1f, 1f);
        Assert.Equal(UpdateOutcome.NormTooLarge, bench.Submit(0, 5e6f, 0f).Outcome);
        Assert.Equal(UpdateOutcome.NormTooLarge, bench.Submit(bench.Header(examples: int.MaxValue), 1e30f, 0f).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1f, 3f).Outcome);
        Assert.Equal([1f, 2f], bench.Model);
    }

    [Fact]
    public void Large_values_within_the_range_of_the_accumulator_are_summed_exactly()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 2, ExpectedExampleCount = 1 });
        bench.Submit(0, 2e6f, -2e6f);
        bench.Submit(0, 1e6f, 1f);
        Assert.Equal([1.5e6f, -999999.5f], bench.Model);
    }

    [Fact]
    public void An_update_as_large_as_is_accepted_does_not_keep_others_out()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 10, ExpectedExampleCount = 1 });
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(0, 8e5f, 0f).Outcome);
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(UpdateOutcome.Buffered, bench.Submit(0, 8e5f, 1f).Outcome);
        }

        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 8e5f, 1f).Outcome);
        Assert.Equal([8e5f, 0.9f], bench.Model);
    }

    [Fact]
    public void Large_data_sets_are_welcome_in_the_first_buffer()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 30 });
        for (int i = 0; i < 29; i++)
        {
            Assert.Equal(UpdateOutcome.Buffered, bench.Submit(bench.Header(examples: 60_000), 12f, 16f).Outcome);
        }

        Assert.Equal(UpdateOutcome.Published, bench.Submit(bench.Header(examples: 60_000), 12f, 16f).Outcome);
        Assert.Equal([12f, 16f], bench.Model);
    }

    [Fact]
    public void A_weight_too_small_to_be_summed_drops_the_update()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1, Weighting = new Constant(1e-7), Reduction = Reduction.WeightedMean() });
        Assert.Equal(UpdateOutcome.ZeroWeight, bench.Submit(0, 1f, 1f).Outcome);
        Assert.Equal([0f, 0f], bench.Model);
    }

    [Fact]
    public void A_step_that_makes_the_model_infinite_is_not_published()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1, Optimizer = ServerOptimizer.Sgd(1e38) });
        Assert.Equal(UpdateOutcome.Refused, bench.Submit(0, 100f, 0f).Outcome);
        Assert.Equal(0, bench.Aggregator.Current.Version.Number);
        Assert.Equal([0f, 0f], bench.Model);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1e-38f, 0f).Outcome);
    }

    [Fact]
    public void An_update_of_zeros_is_accepted()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 2, NormClip = 1 });
        bench.Submit(0, 0f, 0f);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 0f, 0f).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(0, 0f, 0f).Outcome);
        Assert.Equal([0f, 0f], bench.Model);
    }

    [Fact]
    public void A_flush_publishes_half_a_buffer_and_leaves_less_waiting()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 5 });
        Assert.Null(bench.Flush());
        bench.Submit(0, 2f, 2f);
        bench.Submit(0, 4f, 4f);
        Assert.Null(bench.Flush());
        bench.Submit(0, 6f, 6f);
        Assert.Equal(1, bench.Flush()?.Version.Number);
        Assert.Equal([4f, 4f], bench.Model);
        Assert.Null(bench.Flush());
    }

    private sealed class Constant(double weight) : IStalenessWeighting
    {
        public double GetWeight(in UpdateStatistics statistics) => weight;
    }
}
