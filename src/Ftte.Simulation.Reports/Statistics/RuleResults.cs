namespace Ftte.Simulation.Reports.Statistics;

/// <summary>The runs of one rule, one per seed.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="All">The runs, at least one.</param>
internal sealed record RuleResults(string Rule, IReadOnlyList<SimulationResult> All)
{
    /// <summary>Gets the runs that count: those that came to their end; if none did, those that were measured at all; if none was, all.</summary>
    public IReadOnlyList<SimulationResult> Runs { get; } = [.. All.GroupBy(run => run.Points.IsEmpty ? 2 : run.IsComplete ? 0 : 1).MinBy(group => group.Key)!];

    /// <summary>Gets the others.</summary>
    public IEnumerable<SimulationResult> LeftOut => All.Except(Runs);

    /// <summary>Gets whether runs that count were stopped: their sums say nothing next to those of others.</summary>
    public bool IsStopped => Runs.Any(run => !run.IsComplete);

    /// <summary>Gets whether there is anything to tell of the model.</summary>
    public bool IsMeasured => !Runs[0].Points.IsEmpty;

    /// <summary>Groups runs by rule, in the order in which rules come first.</summary>
    /// <exception cref="ArgumentException">Two runs have one rule and one seed.</exception>
    public static List<RuleResults> Group(IEnumerable<SimulationResult> results)
    {
        List<RuleResults> rules = [.. results.GroupBy(run => run.Rule).Select(group => new RuleResults(group.Key, [.. group]))];
        return rules.SelectMany(rule => rule.All).GroupBy(run => (run.Rule, run.Seed)).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new ArgumentException($"Two results are of rule '{twice.Key.Rule}' with seed {twice.Key.Seed}; give each rule a name of its own.", nameof(results))
            : rules;
    }

    public Spread Of(Func<SimulationResult, double> measure) => Spread.Of(Runs.Select(measure));

    /// <summary>Gets the updates that count, of the runs that do.</summary>
    public IEnumerable<JobRecord> Accepted => Runs.SelectMany(run => run.Jobs).Where(job => job.Outcome == JobOutcome.Accepted);
}
