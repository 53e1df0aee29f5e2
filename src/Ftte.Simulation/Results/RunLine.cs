using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>The first line of a result file.</summary>
/// <remarks>Optional parameters come last in the constructor; the order in files is set by attributes.</remarks>
internal sealed record RunLine(
    string Rule, ulong Seed, bool IsComplete, long Ticks, [property: JsonPropertyOrder(1)] TotalsLine Totals, double? Target = null, SimulationEnding? Ending = null, string? Reason = null,
    [property: JsonPropertyOrder(2)] CohortLine? Cohorts = null)
{
    [JsonIgnore]
    public string? Fault =>
        Ticks < 0 ? "the duration is negative"
        : Ending is { } ending && !Enum.IsDefined(ending) ? "the ending is unknown"
        : Target is < 0 or > 1 ? "the target is not in [0, 1]"
        : Totals.Min < 0 || Cohorts?.Min < 0 ? "a total is negative" : null;

    public static RunLine Of(SimulationResult result) =>
        new(result.Rule, result.Seed, result.IsComplete, result.Duration.Ticks, TotalsLine.Of(result.Totals), result.Target, result.Ending == SimulationEnding.Unknown ? null : result.Ending, result.EndingReason,
            result.Cohorts is { } cohorts ? CohortLine.Of(cohorts) : null);

    public SimulationResult ToResult(ImmutableArray<EvaluationPoint> points, ImmutableArray<JobRecord> jobs, ImmutableArray<DeviceEvaluation> evaluations) => new()
    {
        Rule = Rule,
        Seed = Seed,
        IsComplete = IsComplete,
        Ending = Ending ?? SimulationEnding.Unknown,
        EndingReason = Reason,
        Duration = new TimeSpan(Ticks),
        Points = points,
        Jobs = jobs,
        DeviceEvaluations = evaluations,
        Totals = Totals.ToTotals(),
        Cohorts = Cohorts?.ToTotals(),
        Target = Target,
    };
}
