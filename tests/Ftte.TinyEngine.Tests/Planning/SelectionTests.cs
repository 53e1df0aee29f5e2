using CsCheck;
using Ftte.Selection;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests;

/// <summary>Selectors on the profiles of real networks, and the plans of what they choose.</summary>
public class SelectionTests
{
    [Theory]
    [InlineData("residual")]
    [InlineData("inverted")]
    [InlineData("norm")]
    [InlineData("depthwise")]
    public void The_exact_selection_of_a_branched_network_is_the_best_of_all_at_any_budget(string name)
    {
        Network network = TestNetworks.All[name]();
        TrainingProfile profile = network.Profile(new SgdOptions { BatchSize = 3 });
        var random = new Random(1);
        var importance = new BlockImportance(network.Layout, [.. network.Layout.Blocks.Select(_ => random.NextDouble())]);
        (int[] Choices, long Peak, double Worth)[] all = [.. Enumerate(profile, importance)];
        long least = all.Min(c => c.Peak), most = all.Max(c => c.Peak);
        for (int i = 0; i <= 8; i++)
        {
            long budget = least + ((most - least) * i / 8);
            SelectionResult chosen = new ExactSelector().Select(new SelectionRequest(profile, importance, budget));
            Assert.Equal(all.Where(c => c.Peak <= budget).Max(c => c.Worth), chosen.Certificate.Objective, 1e-12);
            TrainingPlan plan = network.Plan(chosen.Selection, new SgdOptions { BatchSize = 3 });
            Assert.InRange(plan.ParameterBytes + plan.TrainedBytes + plan.PeakLiveBytes, 0, budget);
        }

        Assert.Equal(least, Assert.Throws<BudgetTooSmallException>(() => new ExactSelector().Select(new SelectionRequest(profile, importance, least - 1))).Required);
    }

    [Fact]
    public void Wherever_a_window_of_channels_lies_the_plan_takes_no_more_than_the_profile_says() =>
        (from network in RandomNetworks.Image
         from batchSize in RandomNetworks.BatchSize
         from engine in RandomNetworks.Engine
         from turn in Gen.Int[0, 1000]
         let options = new SgdOptions { BatchSize = batchSize }
         let profile = network.Profile(options, engine, RandomNetworks.Shares)
         let asked = new SelectionRequest(profile, new BlockImportance(network.Layout, new double[network.Layout.Blocks.Length]), 0) { Turn = turn }
         let rotated = new RotatingSelector(seed: 1).Rotate(asked).Profile
         from choices in RandomNetworks.Choices(rotated)
         select (network, options, engine, rotated, choices))
        .Sample(
            s =>
            {
                TrainingPlan plan = s.network.Plan(RandomNetworks.Select(s.rotated, s.choices), s.options, s.engine);
                long peak = MemoryTimeline.Compute(s.rotated, s.choices).PeakBytes;
                Assert.InRange(plan.ParameterBytes + plan.TrainedBytes + plan.PeakLiveBytes, 0, peak);
            },
            iter: 200);

    [Fact]
    public void A_window_of_channels_is_named_wherever_only_some_are_trained()
    {
        TrainingStep[] steps = [.. NetworkZoo.Create("resnet8", NormalizationKind.Batch).Profile(1, [0.25, 1]).Steps.Where(s => s.Name.Contains("conv", StringComparison.Ordinal) && s.Choices.Length > 1)];
        Assert.All(steps, step => Assert.Equal([true, false], step.Choices.Select(c => c.Window is not null)));
        Assert.All(steps, step => Assert.Equal(step.Choices[0].Window!.Ranges.AsEnumerable(), step.Choices[0].Ranges));
    }

    private static IEnumerable<(int[] Choices, long Peak, double Worth)> Enumerate(TrainingProfile profile, BlockImportance importance)
    {
        IEnumerable<int[]> all = [[]];
        foreach (TrainingStep step in profile.Steps)
        {
            all = all.SelectMany(head => Enumerable.Range(-1, step.Choices.Length + 1).Select(choice => (int[])[.. head, choice]));
        }

        return all.Where(choices => choices.Any(c => c >= 0)).Select(choices => (
            choices,
            MemoryTimeline.Compute(profile, choices).PeakBytes,
            choices.Select((c, t) => c < 0 ? 0 : importance.Of(profile.Steps[t].Choices[c].Ranges)).Sum()));
    }
}
