using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class ChoiceTableTests
{
    [Fact]
    public void The_first_of_equally_important_single_choices_is_the_best()
    {
        var layout = ParameterLayout.Create(("a", [4]), ("b", [4]), ("c", [4]));
        var profile = new TrainingProfile(layout, 0, [.. Enumerable.Range(0, 3).Select(i => new TrainingStep($"{i}", 0, 0, 0, 0, [new("all", [layout.RangeOf(i)], 1)]))]);
        Assert.Equal([-1, 0, -1], new ChoiceTable(new SelectionRequest(profile, new BlockImportance(layout, 1, 2, 2), 10)).BestSingle(default)!);
    }

    [Fact]
    public void Choices_are_listed_from_the_largest_and_the_bias_is_the_largest_that_saves_no_more_than_passing_through()
    {
        var layout = ParameterLayout.Create(("a", [9]), ("b", [2]));
        var profile = new TrainingProfile(layout, 0,
        [
            new TrainingStep("a", 0, 0, 0, PassThroughSavedBytes: 5, [new("bias", [new(0, 1)], 5), new("all", [new(0, 9)], 20), new("two", [new(0, 2)], 5), new("four", [new(0, 4)], 8)]),
            new TrainingStep("b", 0, 0, 0, PassThroughSavedBytes: 0, [new("all", [new(9, 2)], 1)]),
        ]);
        var table = new ChoiceTable(new SelectionRequest(profile, new BlockImportance(layout, 1, 1), 25));

        Assert.Equal([1, 3, 2, 0], table.BySize(0));
        Assert.Equal(2, table.BiasChoice(0));
        Assert.Equal(-1, table.BiasChoice(1));
        int[] choices = [0, -1];
        Assert.True(table.FitsWith(choices, step: 0, choice: 1));
        Assert.Equal([0, -1], choices);
    }

    [Fact]
    public void A_refusal_names_the_budget_that_no_choice_keeps_after_those_before_it()
    {
        var layout = ParameterLayout.Create(("a", [1]), ("b", [9]));
        var profile = new TrainingProfile(layout, 0,
        [
            new TrainingStep("a", 0, 0, 0, 0, [new("all", [layout.RangeOf(0)], 1, MultiplyAdds: 100)]),
            new TrainingStep("b", 0, 0, 0, 0, [new("all", [layout.RangeOf(1)], 1, MultiplyAdds: 10)]),
        ]);

        // The first choice has too many multiply-adds, the second too many bytes.
        BudgetTooSmallException refusal = new ChoiceTable(new SelectionRequest(profile, new BlockImportance(layout, 1, 1), 25, 8) { ComputeBudget = 50 }).Refusal();

        Assert.Equal((SelectionBudget.Compute, 50, 100), (refusal.Budget, refusal.Available, refusal.Required));
    }
}
