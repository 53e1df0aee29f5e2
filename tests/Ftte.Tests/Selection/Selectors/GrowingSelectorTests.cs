using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class GrowingSelectorTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("first", [4]), ("middle", [4]), ("last", [4]));

    // Training a layer needs the gradients of all layers after it.
    private static readonly TrainingProfile Profile = new(Layout, 0, [.. Enumerable.Range(0, 3).Select(i =>
        new TrainingStep($"layer{i}", 0, 0, 0, 0, [new TrainingChoice("all", [Layout.RangeOf(i)], SavedBytes: 10, PersistentBytes: 0, MultiplyAdds: 10)])
        {
            ForwardMultiplyAdds = 10,
            InputGradientMultiplyAdds = 10,
        })]);

    private static SelectionRequest Request(long turn, long memory = 1000) => new(Profile, new BlockImportance(Layout, 5, 3, 1), memory) { Turn = turn };

    [Fact]
    public void The_first_turns_train_the_last_layers_and_later_ones_everything()
    {
        var selector = new GrowingSelector(new ExactSelector(), turns: 2, computeShare: 0.5);

        int[] first = [.. Enumerable.Range(0, 4).Select(turn => selector.Select(Request(turn)).Selection.Ranges[0].Start)];

        Assert.Equal([8, 8, 0, 0], first);
    }

    [Fact]
    public void No_turn_exceeds_the_memory_budget_or_a_smaller_compute_budget_of_the_request()
    {
        var selector = new GrowingSelector(new ExactSelector(), turns: 1, computeShare: 1);

        Assert.Equal(4, selector.Select(Request(0, memory: 10)).Selection.Count);
        Assert.Equal(4, selector.Select(Request(1, memory: 10)).Selection.Count);
        Assert.Equal(8, selector.Select(Request(0) with { ComputeBudget = 40 }).Selection.Ranges[0].Start);
    }

    [Fact]
    public void The_inner_selector_counts_its_turns_from_the_end_of_the_limit()
    {
        var selector = new GrowingSelector(turns: 3);

        Assert.Equal([0, 1, 2, 0, 1], Enumerable.Range(0, 5).Select(turn => selector.Limit(Request(turn)).Turn));
    }

    [Fact]
    public void The_limit_is_a_share_of_training_everything_also_with_layers_that_cannot_be_trained()
    {
        var profile = new TrainingProfile(Layout, 0, [Profile.Steps[0] with { Choices = [Profile.Steps[0].Choices[0] with { Ranges = [new(0, 2)], MultiplyAdds = 99 }, Profile.Steps[0].Choices[0]] }, .. Profile.Steps.Skip(1), new("relu", 0, 0, 0, 0, [])]);
        var request = new SelectionRequest(profile, new BlockImportance(Layout, 5, 3, 1), 1000);
        Assert.Equal(40, new GrowingSelector(turns: 1, computeShare: 0.5).Limit(request).ComputeBudget);
        Assert.Throws<ArgumentNullException>("request", () => new GrowingSelector().Limit(null!));
    }

    [Fact]
    public void The_inner_selector_chooses()
    {
        var result = SelectionResult.Create(Request(0), 0, -1, -1);
        var inner = new FixedSelector(result);
        Assert.Same(result, new GrowingSelector(inner, turns: 0).Select(Request(0)));
        Assert.Same(result, new RotatingSelector(inner).Select(Request(0)));
    }

    private sealed class FixedSelector(SelectionResult result) : IParameterSelector
    {
        public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default) => result;
    }

    [Fact]
    public void A_share_outside_of_its_range_is_rejected()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrowingSelector(turns: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrowingSelector(computeShare: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrowingSelector(computeShare: 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrowingSelector(computeShare: double.NaN));
    }
}
