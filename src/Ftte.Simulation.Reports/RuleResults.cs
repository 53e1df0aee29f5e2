namespace Ftte.Simulation.Reports;

/// <summary>The runs of one rule, one per seed.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Runs">The runs.</param>
internal sealed record RuleResults(string Rule, IReadOnlyList<SimulationResult> Runs)
{
    /// <summary>Groups runs by rule, in the order in which rules come first.</summary>
    /// <exception cref="ArgumentException">Two runs have one rule and one seed.</exception>
    public static List<RuleResults> Group(IEnumerable<SimulationResult> results)
    {
        List<RuleResults> rules = [.. results.GroupBy(run => run.Rule).Select(group => new RuleResults(group.Key, [.. group]))];
        return rules.SelectMany(rule => rule.Runs).GroupBy(run => (run.Rule, run.Seed)).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new ArgumentException($"Two results are of rule '{twice.Key.Rule}' with seed {twice.Key.Seed}; give each rule a name of its own.", nameof(results))
            : rules;
    }

    public Spread Of(Func<SimulationResult, double> measure) => Spread.Of(Runs.Select(measure));

    /// <summary>Gets the updates that count, of all runs.</summary>
    public IEnumerable<JobRecord> Accepted => Runs.SelectMany(run => run.Jobs).Where(job => job.Fate == JobFate.Accepted);
}
