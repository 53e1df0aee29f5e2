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
    }

    private static SimulationRule With(SimulationRule rule, string name, Action<BufferedAggregatorOptions> change)
    {
        var options = new BufferedAggregatorOptions { Capacity = rule.Aggregation.Capacity, Concurrency = rule.Aggregation.Concurrency };
        change(options);
        return rule with { Name = name, Aggregation = options };
    }
}
