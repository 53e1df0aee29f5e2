using System.Collections.Immutable;

namespace Ftte.Simulation;

/// <summary>Represents the result of a run. A canceled run has the results until then.</summary>
public sealed record SimulationResult
{
    /// <summary>Gets the rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>Gets the run's seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Gets a value that indicates whether the run was completed; false if it was canceled.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Gets the reason for which the run ended.</summary>
    /// <value><see cref="SimulationEnding.Unknown"/> if the result was read from a file without this value.</value>
    public SimulationEnding Ending { get; init; }

    /// <summary>Gets a description of why the run could not make progress; null if it ended at a limit or at its target, or was canceled.</summary>
    public string? EndingReason { get; init; }

    /// <summary>Gets the virtual duration of the run.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Gets the evaluations in the order of time, from the start model to the last version.</summary>
    public required ImmutableArray<EvaluationPoint> Points { get; init; }

    /// <summary>Gets the jobs in the order of their ends.</summary>
    public required ImmutableArray<JobRecord> Jobs { get; init; }

    /// <summary>Gets the evaluations by devices in the order of time; empty if the rule has no <see cref="SimulationRule.Evaluation"/>.</summary>
    public ImmutableArray<DeviceEvaluation> DeviceEvaluations { get; init; } = [];

    /// <summary>Gets the totals.</summary>
    public required SimulationTotals Totals { get; init; }

    /// <summary>Gets the totals of cohorts; null without <see cref="SimulationRule.SecureAggregation"/>.</summary>
    public CohortTotals? Cohorts { get; init; }

    /// <summary>Gets the last version; null if the result was read from a file.</summary>
    public ModelSnapshot? Model { get; init; }

    /// <summary>Gets the last selection; null if the result was read from a file.</summary>
    public ParameterSelection? Selection { get; init; }

    /// <summary>Gets the state of each device at the end, in the order of the devices; see <see cref="IStatefulTask"/>.</summary>
    /// <value>Empty if the task keeps no state, or if the result was read from a file. The state of a device that completed no job is empty.</value>
    public ImmutableArray<ReadOnlyMemory<byte>> DeviceStates { get; init; } = [];

    /// <summary>Gets the target accuracy; null if there was none.</summary>
    public double? Target { get; init; }

    /// <summary>Gets the time at which the target was reached: that of the first of three evaluations in a row at or above it; null if it was not reached.</summary>
    public TimeSpan? TimeToTarget => AtTarget?.Time;

    /// <summary>Gets the evaluation that reached the target; null if the target was not reached.</summary>
    public EvaluationPoint? AtTarget => Target is { } target ? WhenReached(target) : null;

    /// <summary>Gets the standard deviation of the differences in accuracy between consecutive evaluations, over the second half of the run.</summary>
    /// <value>In the unit of the accuracy; 0 if the second half has fewer than three evaluations.</value>
    public double Jitter
    {
        get
        {
            double[] steps = [.. Enumerable.Range(1, Math.Max(0, Points.Length - 1)).Skip(Points.Length / 2)
                .Select(i => Points[i].Quality.Accuracy - Points[i - 1].Quality.Accuracy)];
            double mean = steps.Length > 0 ? steps.Average() : 0;
            return steps.Length < 2 ? 0 : Math.Sqrt(steps.Sum(step => (step - mean) * (step - mean)) / (steps.Length - 1));
        }
    }

    /// <summary>Finds the evaluation that reached an accuracy.</summary>
    /// <param name="accuracy">The accuracy.</param>
    /// <returns>The first of three evaluations in a row at or above the accuracy; null if there are none.</returns>
    public EvaluationPoint? WhenReached(double accuracy)
    {
        for (int i = 0; i + 2 < Points.Length; i++)
        {
            if (Enumerable.Range(i, 3).All(k => Points[k].Quality.Accuracy >= accuracy))
            {
                return Points[i];
            }
        }

        return null;
    }
}
