namespace Ftte.Tests.Aggregation;

public class IngestTests
{
    private static Bench Filled(BufferedAggregatorOptions? options = null) => new([0, 0], options ?? new() { Capacity = 3 });

    [Fact]
    public void A_model_of_another_layout_is_rejected()
    {
        Bench bench = Filled();
        Assert.Equal(UpdateOutcome.LayoutMismatch, bench.Submit(bench.Header() with { LayoutFingerprint = 1 }, 1, 1).Outcome);
    }

    [Fact]
    public void Importance_is_no_step_and_is_rejected_without_a_trace()
    {
        Bench bench = Filled(new() { Capacity = 1 });
        Assert.Equal(UpdateOutcome.TooStale, bench.Submit(bench.Header() with { Content = UpdateContent.Importance }, 5, 5).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1, 1).Outcome);
        Assert.Equal([1f, 1f], bench.Model);
    }

    [Fact]
    public void A_selection_never_announced_is_rejected()
    {
        Bench bench = Filled();
        Assert.Equal(UpdateOutcome.UnknownSelection, bench.Submit(bench.Header() with { SelectionVersion = new(7) }, 1, 1).Outcome);
    }

    [Fact]
    public void A_wrong_number_of_values_is_rejected()
    {
        Bench bench = Filled();
        Assert.Equal(UpdateOutcome.LengthMismatch, bench.Submit(0, 1f).Outcome);
        Assert.Equal(UpdateOutcome.LengthMismatch, bench.Submit(0, 1f, 2f, 3f).Outcome);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_rejects_the_whole_update(float value)
    {
        Bench bench = Filled();
        Assert.Equal(UpdateOutcome.NotFinite, bench.Submit(0, 1f, value).Outcome);
    }

    [Fact]
    public void A_norm_above_the_limit_is_rejected()
    {
        Bench bench = Filled(new() { Capacity = 3, MaxNorm = 5 });
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(0, 3f, 4f).Outcome);
        Assert.Equal(UpdateOutcome.NormTooLarge, bench.Submit(0, 3.1f, 4f).Outcome);
    }

    [Fact]
    public void A_norm_beyond_what_the_accumulator_holds_is_rejected_and_leaves_no_trace()
    {
        Bench bench = Filled(new() { Capacity = 2, ExpectedExampleCount = 1 });
        bench.Submit(0, 1f, 1f);
        Assert.Equal(UpdateOutcome.NormTooLarge, bench.Submit(0, 5e6f, 0f).Outcome);
        Assert.Equal(UpdateOutcome.NormTooLarge, bench.Submit(bench.Header(examples: int.MaxValue), 1e30f, 0f).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1f, 3f).Outcome);
        Assert.Equal([1f, 2f], bench.Model);
    }

    [Fact]
    public void Large_values_within_the_range_of_the_accumulator_are_summed_exactly()
    {
        Bench bench = Filled(new() { Capacity = 2, ExpectedExampleCount = 1 });
        bench.Submit(0, 2e6f, -2e6f);
        bench.Submit(0, 1e6f, 1f);
        Assert.Equal([1.5e6f, -999999.5f], bench.Model);
    }

    [Fact]
    public void An_update_as_large_as_is_accepted_does_not_keep_others_out()
    {
        Bench bench = Filled(new() { Capacity = 10, ExpectedExampleCount = 1 });
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
        Bench bench = Filled(new() { Capacity = 30 });
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
        Bench bench = Filled(new() { Capacity = 1, Weighting = new Constant(1e-7), Reduction = Reduction.WeightedMean() });
        Assert.Equal(UpdateOutcome.ZeroWeight, bench.Submit(0, 1f, 1f).Outcome);
        Assert.Equal([0f, 0f], bench.Model);
    }

    [Fact]
    public void A_step_that_makes_the_model_infinite_is_not_published()
    {
        Bench bench = Filled(new() { Capacity = 1, Optimizer = ServerOptimizer.Sgd(1e38) });
        Assert.Throws<InvalidOperationException>(() => bench.Submit(0, 100f, 0f));
        Assert.Equal(0, bench.Aggregator.Current.Version.Number);
        Assert.Equal([0f, 0f], bench.Model);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1e-38f, 0f).Outcome);
    }

    [Fact]
    public void Options_changed_afterwards_change_nothing()
    {
        var options = new BufferedAggregatorOptions { Capacity = 2 };
        Bench bench = Filled(options);
        options.Capacity = 1;
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(0, 1f, 1f).Outcome);
    }

    [Fact]
    public void A_huge_claim_does_not_move_what_counts_as_usual()
    {
        Bench bench = Filled(new() { Capacity = 1, ExpectedExampleCount = 10 });
        bench.Submit(bench.Header(examples: int.MaxValue), 0f, 0f);
        bench.Submit(bench.Header(examples: 10), 0.0012346f, 0f);
        Assert.Equal(0.0012346f, bench.Model[0], 1e-9f);
    }

    [Fact]
    public void An_update_sent_twice_counts_once_even_after_its_version_was_published()
    {
        Bench bench = Filled(new() { Capacity = 2, MaxUpdatesPerClient = 10 });
        UpdateHeader header = bench.Header();
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(header, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, bench.Submit(header, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 3f, 3f).Outcome);
        UpdateReceipt again = bench.Submit(header, 1, 1);
        Assert.Equal(UpdateOutcome.Duplicate, again.Outcome);
        Assert.True(again.IsAccepted);
        Assert.Equal([2f, 2f], bench.Model);
    }

    [Fact]
    public void In_a_synchronous_round_an_update_sent_twice_is_still_a_duplicate_after_the_round_has_ended()
    {
        Bench bench = Filled(BufferedAggregatorOptions.FedAvg(1));
        UpdateHeader header = bench.Header();
        Assert.Equal(UpdateOutcome.Published, bench.Submit(header, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, bench.Submit(header, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.TooStale, bench.Submit(bench.Header(age: 1), 1, 1).Outcome);
    }

    [Fact]
    public void A_version_not_yet_published_is_rejected()
    {
        Bench bench = Filled();
        Assert.Equal(UpdateOutcome.FutureVersion, bench.Submit(-1, 1f, 1f).Outcome);
    }

    [Theory]
    [InlineData(null, 20)]
    [InlineData(200, 80)]
    public void The_largest_age_follows_concurrency_over_capacity(int? concurrency, long maxAge)
    {
        var layout = ParameterLayout.Create(("x", [1]));
        var options = new BufferedAggregatorOptions { Capacity = 10, Concurrency = concurrency };
        BufferedAggregator aggregator = Bench.Aged(layout, [0], new SelectionHistory(ParameterSelection.Full(layout)), 1000, options);
        Assert.Equal(UpdateOutcome.Buffered, Submit(maxAge));
        Assert.Equal(UpdateOutcome.TooStale, Submit(maxAge + 1));

        UpdateOutcome Submit(long age)
        {
            using var update = SparseUpdate.Create(new UpdateHeader(new ClientId($"c{age}"), default, layout.Fingerprint, new ModelVersion(1000 - age), default, 1), [1f]);
            return Bench.Now(aggregator.AggregateAsync(update)).Outcome;
        }
    }

    [Fact]
    public void A_client_has_one_update_in_a_buffer_and_another_in_the_next()
    {
        Bench bench = Filled(new() { Capacity = 2 });
        UpdateHeader header = bench.Header();
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(header, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.ClientQuota, bench.Submit(header with { Id = new(99) }, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1f, 1f).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(header with { Id = new(99) }, 1, 1).Outcome);
    }

    [Fact]
    public void Weight_zero_drops_the_update()
    {
        Bench bench = Filled(new() { Capacity = 1, Weighting = new ThresholdWeighting(0) });
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1f, 1f).Outcome);
        UpdateReceipt receipt = bench.Submit(1, 1f, 1f);
        Assert.Equal((UpdateOutcome.ZeroWeight, 0d), (receipt.Outcome, receipt.Weight));
    }

    [Fact]
    public void The_first_check_that_fails_gives_the_reason()
    {
        // Each header is wrong in everything from some check onwards; the reasons come in the order of ingest.
        Bench bench = Filled(new() { Capacity = 3, MaxNorm = 10, Weighting = new ThresholdWeighting(0) });
        UpdateHeader accepted = bench.Header();
        bench.Submit(accepted, 1, 1);
        UpdateHeader late = accepted with { BaseVersion = new(5) };
        Assert.Equal(UpdateOutcome.LayoutMismatch, bench.Submit(late with { LayoutFingerprint = 0, SelectionVersion = new(9) }, float.NaN).Outcome);
        Assert.Equal(UpdateOutcome.UnknownSelection, bench.Submit(late with { SelectionVersion = new(9) }, float.NaN).Outcome);
        Assert.Equal(UpdateOutcome.LengthMismatch, bench.Submit(late, float.NaN).Outcome);
        Assert.Equal(UpdateOutcome.NotFinite, bench.Submit(late, float.NaN, 1e9f).Outcome);
        Assert.Equal(UpdateOutcome.NormTooLarge, bench.Submit(late, 1e9f, 1e9f).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, bench.Submit(late, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.FutureVersion, bench.Submit(late with { Id = new(1000) }, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.ClientQuota, bench.Submit(accepted with { Id = new(1000) }, 1, 1).Outcome);
    }

    [Fact]
    public void A_claim_of_too_many_examples_counts_as_ten_times_the_median()
    {
        Bench bench = Filled(new() { Capacity = 2, ExpectedExampleCount = 10 });
        bench.Submit(bench.Header(examples: 1_000_000), 1, 0);
        bench.Submit(bench.Header(examples: 100), 0, 1);
        Assert.Equal([0.5f, 0.5f], bench.Model);
    }

    [Fact]
    public void A_long_step_is_clipped_to_the_usual_norm_when_asked_for()
    {
        Bench bench = Filled(new() { Capacity = 1, NormClip = 1, Weighting = new ConstantWeighting() });
        bench.Submit(0, 3f, 4f);
        Assert.Equal([3f, 4f], bench.Model);
        bench.Submit(0, 300f, 400f);
        Assert.Equal(6, bench.Model[0], 1e-5);
        Assert.Equal(8, bench.Model[1], 1e-5);
    }

    [Fact]
    public void A_noisier_update_than_usual_counts_less_once_a_reference_is_known()
    {
        Bench bench = Filled(new() { Capacity = 1 });
        Assert.Equal(1, bench.Submit(0, 1f, -1f).Weight);
        Assert.Equal(0.5, bench.Submit(0, 2f, -2f).Weight, 1e-12);
    }

    [Fact]
    public void Disagreement_with_the_last_step_counts_less_when_the_weighting_asks_for_it()
    {
        Bench bench = Filled(new() { Capacity = 1, Weighting = new AlignmentWeighting() });
        Assert.Equal(1, bench.Submit(0, 1f, 0f).Weight);
        Assert.Equal(1, bench.Submit(0, 2f, 0f).Weight, 1e-12);
        Assert.Equal(0.5, bench.Submit(0, 0f, 1f).Weight, 1e-12);
        Assert.Equal(0.1, bench.Submit(0, 0f, -1f).Weight, 1e-12);
        Assert.Equal(1, bench.Submit(0, 0f, 0f).Weight, 1e-12);
    }

    [Fact]
    public void An_update_of_zeros_is_accepted()
    {
        Bench bench = Filled(new() { Capacity = 2, NormClip = 1 });
        bench.Submit(0, 0f, 0f);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 0f, 0f).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(0, 0f, 0f).Outcome);
        Assert.Equal([0f, 0f], bench.Model);
    }

    [Fact]
    public void A_flush_publishes_half_a_buffer_and_leaves_less_waiting()
    {
        Bench bench = Filled(new() { Capacity = 5 });
        Assert.Null(bench.Flush());
        bench.Submit(0, 2f, 2f);
        bench.Submit(0, 4f, 4f);
        Assert.Null(bench.Flush());
        bench.Submit(0, 6f, 6f);
        Assert.Equal(1, bench.Flush()?.Version.Number);
        Assert.Equal([4f, 4f], bench.Model);
        Assert.Null(bench.Flush());
    }

    [Fact]
    public void A_weighting_that_returns_nonsense_is_named_and_nothing_is_folded()
    {
        Bench bench = Filled(new() { Capacity = 1, Weighting = new Nonsense() });
        var error = Assert.Throws<InvalidOperationException>(() => bench.Submit(0, 1f, 1f));
        Assert.Contains(nameof(Nonsense), error.Message, StringComparison.Ordinal);
        Assert.Equal(0, bench.Aggregator.Current.Version.Number);
    }

    [Fact]
    public void A_cancelled_call_folds_nothing()
    {
        Bench bench = Filled(new() { Capacity = 1 });
        using var update = SparseUpdate.Create(bench.Header(), [1, 1]);
        Assert.Throws<OperationCanceledException>(() => { _ = bench.Aggregator.AggregateAsync(update, new CancellationToken(true)).AsTask(); });
        Assert.Equal(0, bench.Aggregator.Current.Version.Number);
    }

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Options_out_of_range_are_named(string name, Action<BufferedAggregatorOptions> spoil)
    {
        var options = new BufferedAggregatorOptions();
        spoil(options);
        Assert.Equal(name, Assert.ThrowsAny<ArgumentException>(options.Validate).ParamName);
    }

    public static TheoryData<string, Action<BufferedAggregatorOptions>> BadOptions => new()
    {
        { "Capacity", o => o.Capacity = 0 },
        { "Reduction", o => o.Reduction = null! },
        { "Weighting", o => o.Weighting = null! },
        { "Optimizer", o => o.Optimizer = null! },
        { "Concurrency", o => o.Concurrency = 0 },
        { "MaxAge", o => o.MaxAge = -1 },
        { "MaxUpdatesPerClient", o => o.MaxUpdatesPerClient = 0 },
        { "ExpectedExampleCount", o => o.ExpectedExampleCount = 0 },
        { "ExampleCap", o => o.ExampleCap = double.NaN },
        { "NormClip", o => o.NormClip = 0 },
        { "MaxNorm", o => o.MaxNorm = double.PositiveInfinity },
        { "MinimumMassShare", o => o.MinimumMassShare = 1.5 },
        { "FlushShare", o => o.FlushShare = -1 },
        { "AgeOrigin", o => o.AgeOrigin = (AgeOrigin)5 },
    };

    [Fact]
    public void Selections_of_another_model_are_refused()
    {
        var layout = ParameterLayout.Create(("x", [2]));
        var other = ParameterLayout.Create(("x", [3]));
        Assert.Throws<ArgumentException>("selections", () => new BufferedAggregator(new ModelSnapshot(layout, default, [1, 2]), new SelectionHistory(ParameterSelection.Full(other))));
    }

    private sealed class Constant(double weight) : IStalenessWeighting
    {
        public double GetWeight(in UpdateStatistics statistics) => weight;
    }

    private sealed class Nonsense : IStalenessWeighting
    {
        public double GetWeight(in UpdateStatistics statistics) => double.NaN;
    }
}
