using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

/// <summary>Rejected updates and their outcomes.</summary>
public class IngestTests
{
    [Fact]
    public void A_model_of_another_layout_is_rejected()
    {
        Bench bench = Bench.OfZeros();
        Assert.Equal(UpdateOutcome.LayoutMismatch, bench.Submit(bench.Header() with { LayoutFingerprint = 1 }, 1, 1).Outcome);
    }

    [Fact]
    public void Importance_is_no_step_and_is_rejected_without_a_trace()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1 });
        Assert.Equal(UpdateOutcome.TooStale, bench.Submit(bench.Header() with { Content = UpdateContent.Importance }, 5, 5).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1, 1).Outcome);
        Assert.Equal([1f, 1f], bench.Model);
    }

    [Fact]
    public void A_selection_never_announced_is_rejected()
    {
        Bench bench = Bench.OfZeros();
        Assert.Equal(UpdateOutcome.UnknownSelection, bench.Submit(bench.Header() with { SelectionVersion = new(7) }, 1, 1).Outcome);
    }

    [Fact]
    public void A_wrong_number_of_values_is_rejected()
    {
        Bench bench = Bench.OfZeros();
        Assert.Equal(UpdateOutcome.LengthMismatch, bench.Submit(0, 1f).Outcome);
        Assert.Equal(UpdateOutcome.LengthMismatch, bench.Submit(0, 1f, 2f, 3f).Outcome);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_rejects_the_whole_update(float value)
    {
        Bench bench = Bench.OfZeros();
        Assert.Equal(UpdateOutcome.NotFinite, bench.Submit(0, 1f, value).Outcome);
    }

    [Fact]
    public void A_norm_above_the_limit_is_rejected()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 3, MaxNorm = 5 });
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(0, 3f, 4f).Outcome);
        Assert.Equal(UpdateOutcome.NormTooLarge, bench.Submit(0, 3.1f, 4f).Outcome);
    }

    [Fact]
    public void The_first_check_that_fails_gives_the_reason()
    {
        // Each header is wrong in everything from some check onwards; the reasons come in the order of ingest.
        Bench bench = Bench.OfZeros(new() { Capacity = 3, MaxNorm = 10, Weighting = new ThresholdWeighting(0) });
        UpdateHeader accepted = bench.Header();
        bench.Submit(accepted, 1, 1);
        UpdateHeader late = accepted with { BaseVersion = new(5) };
        Assert.Equal(UpdateOutcome.LayoutMismatch, bench.Submit(late with { LayoutFingerprint = 0, SelectionVersion = new(9) }, float.NaN).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, bench.Submit(late with { SelectionVersion = new(9) }, float.NaN).Outcome);
        late = late with { Id = new(1000) };
        Assert.Equal(UpdateOutcome.UnknownSelection, bench.Submit(late with { SelectionVersion = new(9) }, float.NaN).Outcome);
        Assert.Equal(UpdateOutcome.LengthMismatch, bench.Submit(late, float.NaN).Outcome);
        Assert.Equal(UpdateOutcome.NotFinite, bench.Submit(late, float.NaN, 1e9f).Outcome);
        Assert.Equal(UpdateOutcome.FutureVersion, bench.Submit(late, 1e9f, 1e9f).Outcome);
        Assert.Equal(UpdateOutcome.ClientQuota, bench.Submit(accepted with { Id = new(1000) }, 1e9f, 1e9f).Outcome);
        Assert.Equal(UpdateOutcome.NormTooLarge, bench.Submit(accepted with { Client = new("another"), Id = new(1000) }, 1e9f, 1e9f).Outcome);
    }

    [Theory]
    [InlineData(5, long.MaxValue, UpdateOutcome.FutureVersion)]
    [InlineData(5, 6, UpdateOutcome.FutureVersion)]
    [InlineData(long.MaxValue - 1, 0, UpdateOutcome.TooStale)]
    public void A_base_version_that_was_never_published_is_rejected_without_overflow(long current, long received, UpdateOutcome outcome)
    {
        var layout = ParameterLayout.Create(("x", [1]));
        BufferedAggregator aggregator = Bench.Aged(layout, [0], new SelectionHistory(ParameterSelection.Full(layout)), current, new());
        using var update = SparseUpdate.Create(new UpdateHeader(new ClientId("c"), default, layout.Fingerprint, new ModelVersion(received), default, 1), [1f]);
        Assert.Equal(outcome, Bench.Now(aggregator.AggregateAsync(update)).Outcome);
    }

    [Fact]
    public void A_model_of_a_negative_version_is_refused()
    {
        var layout = ParameterLayout.Create(("x", [1]));
        Assert.Throws<ArgumentOutOfRangeException>("Number", () => Bench.Aged(layout, [0], new SelectionHistory(ParameterSelection.Full(layout)), -1, new()));
    }

    [Fact]
    public void A_cancelled_call_folds_nothing()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1 });
        using var update = SparseUpdate.Create(bench.Header(), [1, 1]);
        Assert.Throws<OperationCanceledException>(() => { _ = bench.Aggregator.AggregateAsync(update, new CancellationToken(true)).AsTask(); });
        Assert.Throws<OperationCanceledException>(() => { _ = bench.Aggregator.FlushAsync(new CancellationToken(true)).AsTask(); });
        Assert.Equal(0, bench.Aggregator.Current.Version.Number);
    }

    [Fact]
    public void A_flush_of_an_empty_buffer_publishes_nothing()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 3, FlushShare = 0 });
        Assert.Null(bench.Flush());
        Assert.Null(bench.Aggregator.LatestRefusal);
        Assert.Equal(0, bench.Aggregator.Current.Version.Number);
    }

    [Theory]
    [InlineData(1.0 / (1 << 20), UpdateOutcome.Published)]
    [InlineData(0.9 / (1 << 20), UpdateOutcome.ZeroWeight)]
    [InlineData(0, UpdateOutcome.ZeroWeight)]
    public void A_weight_below_a_millionth_is_rejected(double weight, UpdateOutcome outcome)
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1, Weighting = new RecordingWeighting(weight: weight) });
        Assert.Equal(outcome, bench.Submit(0, 1f, 1f).Outcome);
    }

    [Fact]
    public void A_weighting_sees_the_norm_and_the_variance_after_clipping()
    {
        var weighting = new RecordingWeighting();
        Bench bench = Bench.OfZeros(new() { Capacity = 3, NormClip = 2, Weighting = weighting });
        for (int i = 0; i < 3; i++)
        {
            bench.Submit(0, 1f, -1f);
        }

        bench.Submit(0, 100f, -100f);
        UpdateStatistics usual = weighting.Weighted[0], clipped = weighting.Weighted[3];
        Assert.Equal(2 * usual.Norm, clipped.Norm, 1e-12);
        Assert.Equal(4 * usual.Variance, clipped.Variance, 1e-12);
    }
}
