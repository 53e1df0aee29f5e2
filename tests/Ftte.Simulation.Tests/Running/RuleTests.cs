using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Wire;
using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

/// <summary>Every algorithm of the core can be run, and learns.</summary>
public sealed class RuleTests
{
    public static IEnumerable<SimulationRule> Rules()
    {
        SimulationRule ftte = TinyRule();
        yield return Sync(4, 1.3);
        yield return SimulationRule.FedAsync(ToyTask.Everything, 20);
        yield return FedBuff();
        yield return ftte;
        yield return With(ftte, "FTTE, age only", options => options.Weighting = new PolynomialWeighting());
        yield return With(ftte, "FTTE, variance only", options => options.Weighting = new AgeAndVarianceWeighting(ageExponent: 0));
        yield return ftte with { Name = "FTTE, everything", Selection = ToyTask.Everything };
        yield return ftte with { Name = "FTTE, float32", Down = ValueFormat.Float32, Up = ValueFormat.Float32 };
        yield return With(ftte, "FTTE, Adam", options => options.Optimizer = ServerOptimizer.Adam(0.02));
        yield return FedBuff() with { Name = "FedBuff, surveys", Reselection = Surveys() };
        yield return Sync(4, 1.3) with { Name = "FedAvg, surveys", Reselection = Surveys() };
        yield return ftte with
        {
            Name = "own aggregator",
            CreateAggregator = (start, selections, _) => new BufferedAggregator(start, selections, new BufferedAggregatorOptions { Capacity = 3, Reduction = Reduction.Median() }),
        };
    }

    public static TheoryData<string> RuleNames => [.. Rules().Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public async Task A_rule_runs_and_what_is_learned_is_better_than_what_was_there(string name)
    {
        SimulationRule rule = Rules().Single(candidate => candidate.Name == name);

        SimulationResult result = await RunAsync(rule, ToyTask.Devices(60), new SimulationOptions { MaxVersions = 60 });

        Assert.Equal(60, result.Model!.Version.Number);
        Assert.True(result.Points[^1].Quality.Accuracy > result.Points[0].Quality.Accuracy + 0.02, $"{result.Points[0].Quality} {result.Points[^1].Quality}");
        Assert.Equal(100 + rule.Selection.Count, result.Totals.PeakDeviceBytes);

        // Six surveys of five at most; the longer one takes, the later is the next.
        Assert.InRange(result.Totals.Measured, rule.Reselection is null ? 0 : 10, rule.Reselection is null ? 0 : 30);
    }

    /// <summary>Every ten versions five devices are asked what the blocks are worth, and the block that is worth most is trained.</summary>
    private static ReselectionOptions Surveys() => new()
    {
        Profile = new TrainingProfile(ToyTask.Layout, 0, [.. ToyTask.Layout.Blocks.Select(block =>
            new TrainingStep(block.Name, 1, 1, 1, 0, [new TrainingChoice("all", [block.Range], SavedBytes: 1)]))]),
        Importance = new BlockImportance(ToyTask.Layout, 1, 1),
        EveryVersions = 10,
        Probes = 5,
        MemoryBudgetBytes = 10_000,
    };

    [Fact]
    public void A_copys_settings_are_its_own()
    {
        SimulationRule rule = FedBuff(capacity: 5);
        SimulationRule copy = rule with { Name = "other" };
        (copy.Aggregation.Capacity, copy.Server.MaxConcurrency) = (7, 9);

        Assert.Equal((5, 20), (rule.Aggregation.Capacity, rule.Server.MaxConcurrency));
        Assert.Equal((7, 9, rule.Selection), (copy.Aggregation.Capacity, copy.Server.MaxConcurrency, copy.Selection));
    }

    [Theory]
    [InlineData(10, 1.3, 13)]
    [InlineData(50, 1.1, 55)]
    [InlineData(100, 1.1, 110)]
    [InlineData(3, 1.5, 5)]
    public void Over_selection_asks_that_many_times_the_cohort_and_no_one_more(int cohort, double overSelection, int asked) =>
        Assert.Equal(asked, Sync(cohort, overSelection).Server.MaxAssignmentsPerVersion);

    private static SimulationRule With(SimulationRule rule, string name, Action<BufferedAggregatorOptions> change)
    {
        var options = new BufferedAggregatorOptions { Capacity = rule.Aggregation.Capacity, Concurrency = rule.Aggregation.Concurrency };
        change(options);
        return rule with { Name = name, Aggregation = options };
    }
}
