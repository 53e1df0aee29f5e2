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
}
