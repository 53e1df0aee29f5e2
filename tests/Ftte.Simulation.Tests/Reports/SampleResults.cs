
namespace Ftte.Simulation.Tests;

/// <summary>Small results for reports, and the culture in which a number has a comma.</summary>
internal static class SampleResults
{
    public static SimulationResult Run(string rule, double secondsApart, params double[] accuracies) => new()
    {
        Rule = rule,
        Seed = 1,
        IsComplete = true,
        Duration = TimeSpan.FromSeconds(secondsApart * (accuracies.Length - 1)),
        Points = [.. accuracies.Select((accuracy, i) => new EvaluationPoint(TimeSpan.FromSeconds(secondsApart * i), new ModelVersion(i), new ModelQuality(accuracy), 0, 0, 0, 0))],
        Jobs = [],
        Totals = default,
    };

    /// <summary>Adds accepted jobs of the given ages, one after the other.</summary>
    public static SimulationResult WithAges(this SimulationResult run, params long[] ages) => run with
    {
        Jobs = [.. ages.Select((age, i) => new JobRecord { Number = i, Age = age, Weight = 1 / (1.5 + age), Start = TimeSpan.FromSeconds(i), End = TimeSpan.FromSeconds(i + 1.5) })],
    };
}
