namespace Ftte.Simulation.Reports;

/// <summary>The runs of one rule, one per seed.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Runs">The runs.</param>
internal sealed record RuleResults(string Rule, IReadOnlyList<SimulationResult> Runs)
{
    /// <summary>Groups runs by rule, in the order in which rules come first.</summary>
    public static List<RuleResults> Group(IEnumerable<SimulationResult> results) => [.. results.GroupBy(run => run.Rule).Select(group => new RuleResults(group.Key, [.. group]))];

    public Spread Of(Func<SimulationResult, double> measure) => Spread.Of(Runs.Select(measure));

    /// <summary>Gets the updates that count, of all runs.</summary>
    public IEnumerable<JobRecord> Accepted => Runs.SelectMany(run => run.Jobs).Where(job => job.Fate == JobFate.Accepted);
}
