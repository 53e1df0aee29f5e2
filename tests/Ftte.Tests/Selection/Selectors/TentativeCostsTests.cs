using CsCheck;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class TentativeCostsTests
{
    [Fact]
    public void The_cost_with_one_choice_changed_is_that_of_the_changed_choices() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                var random = new Random(seed);
                SelectionRequest request = WideProfiles.Request(random);
                var table = new ChoiceTable(request);
                var costs = new TentativeCosts(request);
                foreach (double share in new[] { 0, .3, 1 })
                {
                    int[] choices = [.. request.Profile.Steps.Select(s => random.NextDouble() < share ? random.Next(s.Choices.Length + 1) - 1 : -1)];
                    costs.SetBase(choices);
                    for (int step = 0; step < choices.Length; step++)
                    {
                        for (int choice = 0; choice < table.ChoiceCount(step); choice++)
                        {
                            int[] changed = [.. choices];
                            changed[step] = choice;
                            Assert.Equal(table.Cost(changed), costs.With(step, choice));
                        }
                    }
                }
            },
            iter: 200);
}
