using Ftte.Aggregation;
using Ftte.Selection;
using static Ftte.Tests.Aggregation.StateBench;

namespace Ftte.Tests.Aggregation;

/// <summary>A state is restored only with options, layout and selections that it fits.</summary>
public class StateMismatchTests
{
    public static TheoryData<string, string, Action<BufferedAggregatorOptions>> Mismatches => new()
    {
        { "options", "optimizer", o => o.Optimizer = ServerOptimizer.Adam() },
        { "options", "reduction", o => o.Reduction = Reduction.Sum() },
        { "options", "reduction", o => o.Reduction = Reduction.Median() },
        { "options", "reduction", o => o.Reduction = Reduction.MassDampedMean(byExamples: false) },
        { "options", "capacity", o => o.Capacity = 7 },
        { "options", "alignment", o => o.Weighting = new AlignmentWeighting() },
        { "options", "drift", o => o.Weighting = new RecordingWeighting(WeightingInputs.Drift) },
    };

    [Theory]
    [MemberData(nameof(Mismatches))]
    public void A_state_is_not_restored_with_options_that_it_does_not_fit(string parameter, string what, Action<BufferedAggregatorOptions> change)
    {
        BufferedAggregatorOptions options = new() { Capacity = 4, NormClip = null, ExampleCap = null };
        BufferedAggregator aggregator = Start(options);
        Submit(aggregator, 0);
        AggregatorState state = aggregator.CaptureState();
        change(options);
        var error = Assert.Throws<ArgumentException>(parameter, () => BufferedAggregator.Restore(state, Layout, Selections(), options));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_buffer_may_be_restored_with_another_capacity()
    {
        BufferedAggregatorOptions options = new() { Capacity = 4 };
        AggregatorState state = Start(options).CaptureState();
        options.Capacity = 1;
        Assert.Equal(UpdateOutcome.Published, Submit(BufferedAggregator.Restore(state, Layout, Selections(), options), 0).Outcome);
    }

    [Fact]
    public void A_state_is_not_restored_with_another_layout_or_other_selections_or_by_another_aggregator()
    {
        BufferedAggregatorOptions options = new() { Capacity = 4, NormClip = null, ExampleCap = null };
        BufferedAggregator aggregator = Start(options);
        Submit(aggregator, 2);
        AggregatorState state = aggregator.CaptureState();
        var other = ParameterLayout.Create(("x", [11]));
        Assert.Throws<ArgumentException>("layout", () => BufferedAggregator.Restore(state, other, new SelectionHistory(ParameterSelection.Full(other)), options));
        var selections = new SelectionHistory(ParameterSelection.Full(Layout));
        selections.Announce(ParameterSelection.OfBlocks(Layout, "bias"));
        Assert.Throws<ArgumentException>("selections", () => BufferedAggregator.Restore(state, Layout, selections, options));
        Assert.Throws<ArgumentException>("state", () => BufferedAggregator.Restore(AggregatorState.Create("Other", state.Content.Span), Layout, Selections(), options));
    }

    [Fact]
    public void A_state_carries_the_selections_that_the_history_has_forgotten()
    {
        BufferedAggregatorOptions options = new() { Capacity = 4 };
        BufferedAggregator aggregator = Start(options);
        Submit(aggregator, 2);
        BufferedAggregator restored = BufferedAggregator.Restore(aggregator.CaptureState(), Layout, new SelectionHistory(ParameterSelection.Full(Layout)), options);
        Assert.Equal(aggregator.CaptureState().Bytes.ToArray(), restored.CaptureState().Bytes.ToArray());
    }
}
