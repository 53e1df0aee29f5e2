using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <summary>Updates that are implausible, noisy or contrary to others get less weight.</summary>
public class CountingForLessTests
{
    [Fact]
    public void A_huge_claim_does_not_move_what_counts_as_usual()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1, ExpectedExampleCount = 10 });
        bench.Submit(bench.Header(examples: int.MaxValue), 0f, 0f);
        bench.Submit(bench.Header(examples: 10), 0.0012346f, 0f);
        Assert.Equal(0.0012346f, bench.Model[0], 1e-9f);
    }

    [Fact]
    public void Weight_zero_drops_the_update()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1, Weighting = new ThresholdWeighting(0) });
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1f, 1f).Outcome);
        UpdateReceipt receipt = bench.Submit(1, 1f, 1f);
        Assert.Equal((UpdateOutcome.ZeroWeight, 0d), (receipt.Outcome, receipt.Weight));
    }

    [Fact]
    public void A_claim_of_too_many_examples_counts_as_ten_times_the_median()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 2, ExpectedExampleCount = 10 });
        bench.Submit(bench.Header(examples: 1_000_000), 1, 0);
        bench.Submit(bench.Header(examples: 100), 0, 1);
        Assert.Equal([0.5f, 0.5f], bench.Model);
    }

    [Fact]
    public void A_long_step_is_clipped_to_the_usual_norm_when_asked_for()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1, NormClip = 1, Weighting = new ConstantWeighting() });
        bench.Submit(0, 3f, 4f);
        Assert.Equal([3f, 4f], bench.Model);
        bench.Submit(0, 300f, 400f);
        Assert.Equal(6, bench.Model[0], 1e-5);
        Assert.Equal(8, bench.Model[1], 1e-5);
    }

    [Fact]
    public void A_noisier_update_than_usual_counts_less_once_a_reference_is_known()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1 });
        Assert.Equal(1, bench.Submit(0, 1f, -1f).Weight);
        Assert.Equal(0.5, bench.Submit(0, 2f, -2f).Weight, 1e-12);
    }

    [Fact]
    public void Disagreement_with_the_last_step_counts_less_when_the_weighting_asks_for_it()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1, Weighting = new AlignmentWeighting() });
        Assert.Equal(1, bench.Submit(0, 1f, 0f).Weight);
        Assert.Equal(1, bench.Submit(0, 2f, 0f).Weight, 1e-12);
        Assert.Equal(0.5, bench.Submit(0, 0f, 1f).Weight, 1e-12);
        Assert.Equal(0.1, bench.Submit(0, 0f, -1f).Weight, 1e-12);
        Assert.Equal(1, bench.Submit(0, 0f, 0f).Weight, 1e-12);
    }

    [Fact]
    public void A_weighting_that_returns_nonsense_is_named_and_nothing_is_folded()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1, Weighting = new Nonsense() });
        var error = Assert.Throws<InvalidOperationException>(() => bench.Submit(0, 1f, 1f));
        Assert.Contains(nameof(Nonsense), error.Message, StringComparison.Ordinal);
        Assert.Equal(0, bench.Aggregator.Current.Version.Number);
    }

    private sealed class Nonsense : IStalenessWeighting
    {
        public double GetWeight(in UpdateStatistics statistics) => double.NaN;
    }
}
