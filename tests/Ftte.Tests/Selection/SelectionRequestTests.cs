using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class SelectionRequestTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [4]), ("b", [4]));
    private static readonly TrainingProfile Profile = new(Layout, 100, [new("a", 0, 0, 0, 0, [new("all", [Layout.RangeOf(0)], 10)]), new("b", 0, 0, 0, 0, [new("all", [Layout.RangeOf(1)], 5)])]);
    private static readonly BlockImportance Importance = new(Layout, 2, 3);
    private static readonly SelectionRequest Request = new(Profile, Importance, 120, 32);

    [Fact]
    public void Importance_of_another_model_is_refused() =>
        Assert.Throws<ArgumentException>(() => new SelectionRequest(Profile, new BlockImportance(ParameterLayout.Create(("a", [4]), ("c", [4])), 1, 1), 0));

    [Fact]
    public void Importance_of_an_equal_layout_will_do() =>
        Assert.NotNull(new SelectionRequest(Profile, new BlockImportance(ParameterLayout.Create(("a", [4]), ("b", [4])), 1, 1), 0));

    [Fact]
    public void Missing_parts_and_negative_budgets_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => new SelectionRequest(null!, Importance, 0));
        Assert.Throws<ArgumentNullException>(() => new SelectionRequest(Profile, null!, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SelectionRequest(Profile, Importance, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SelectionRequest(Profile, Importance, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Request with { MemoryBudgetBytes = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Request with { PayloadBudgetBytes = -1 });
    }

    [Fact]
    public void Budgets_can_be_varied()
    {
        SelectionRequest varied = Request with { MemoryBudgetBytes = 7, PayloadBudgetBytes = null };
        Assert.Equal((7L, null), (varied.MemoryBudgetBytes, varied.PayloadBudgetBytes));
        Assert.Same(Profile, varied.Profile);
    }

    [Fact]
    public void A_result_states_the_importance_and_the_costs_of_its_choices()
    {
        SelectionResult result = SelectionResult.Create(Request, 0, 0);
        Assert.Equal(ParameterSelection.Full(Layout), result.Selection);
        Assert.Equal([0, 0], result.Certificate.Choices.AsEnumerable());
        Assert.Equal(5, result.Certificate.Objective);
        Assert.Equal(115, result.Certificate.Timeline.PeakBytes);
        Assert.Equal(5, result.Certificate.MemorySlackBytes);
        Assert.Equal(32, result.Certificate.PayloadBytes);
    }

    [Fact]
    public void A_result_that_breaks_a_budget_or_trains_nothing_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => SelectionResult.Create(Request, -1, -1));
        Assert.Throws<ArgumentException>(() => SelectionResult.Create(Request with { MemoryBudgetBytes = 114 }, 0, 0));
        Assert.Throws<ArgumentException>(() => SelectionResult.Create(Request with { PayloadBudgetBytes = 31 }, 0, 0));
        Assert.Throws<ArgumentException>(() => SelectionResult.Create(Request, 0));
        Assert.Throws<ArgumentException>(() => SelectionResult.Create(Request, 0, 1));
    }
}
