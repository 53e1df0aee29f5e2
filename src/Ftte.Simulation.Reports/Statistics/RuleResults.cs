namespace Ftte.Simulation.Reports.Statistics;

/// <summary>Represents the runs of one rule, one per seed.</summary>
/// <param name="Rule">The name of the rule.</param>
/// <param name="All">The runs; at least one.</param>
internal sealed record RuleResults(string Rule, IReadOnlyList<SimulationResult> All)
{
    /// <summary>Gets the runs used for statistics: the complete runs; if there are none, the runs with evaluations; if there are none, all runs.</summary>
    public IReadOnlyList<SimulationResult> Runs { get; } = [.. All.GroupBy(run => run.Points.IsEmpty ? 2 : run.IsComplete ? 0 : 1).MinBy(group => group.Key)!];

    /// <summary>Gets the other runs.</summary>
    public IEnumerable<SimulationResult> LeftOut => All.Except(Runs);

    /// <summary>Gets a value that indicates whether the used runs were stopped, so that their totals cannot be compared with others.</summary>
    public bool IsStopped => Runs.Any(run => !run.IsComplete);

    /// <summary>Gets a value that indicates whether the used runs have evaluations.</summary>
    public bool IsMeasured => !Runs[0].Points.IsEmpty;

    /// <summary>Groups runs by rule, in the order of the first run of each rule.</summary>
    /// <exception cref="ArgumentException">Two runs have the same rule and seed.</exception>
    public static List<RuleResults> Group(IEnumerable<SimulationResult> results)
    {
        List<RuleResults> rules = [.. results.GroupBy(run => run.Rule).Select(group => new RuleResults(group.Key, [.. group]))];
        return rules.SelectMany(rule => rule.All).GroupBy(run => (run.Rule, run.Seed)).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new ArgumentException($"Two results have the rule '{twice.Key.Rule}' and the seed {twice.Key.Seed}. Give each rule a unique name.", nameof(results))
            : rules;
    }

    public Spread Of(Func<SimulationResult, double> measure) => Spread.Of(Runs.Select(measure));

    /// <summary>Gets the accepted jobs of the used runs.</summary>
    public IEnumerable<JobRecord> Accepted => Runs.SelectMany(run => run.Jobs).Where(job => job.Outcome == JobOutcome.Accepted);
}
