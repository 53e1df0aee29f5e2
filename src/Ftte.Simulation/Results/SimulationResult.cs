using System.Collections.Immutable;

namespace Ftte.Simulation;

/// <summary>What came of a run, or of what there was of it when it was stopped.</summary>
public sealed record SimulationResult
{
    /// <summary>Gets the rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>Gets the run's seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Gets whether the run came to its end; false if it was cancelled.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Gets what the run ended with.</summary>
    /// <value><see cref="SimulationEnding.Unknown"/> for a result read from a file that does not say.</value>
    public SimulationEnding Ending { get; init; }

    /// <summary>Gets the reason why the run could not make progress, in sentences; null if it ended at a limit or at its target, or was cancelled.</summary>
    public string? EndingReason { get; init; }

    /// <summary>Gets the virtual time that it lasted.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Gets the evaluations in the order of time: the start model first, the last one last.</summary>
    public required ImmutableArray<EvaluationPoint> Points { get; init; }

    /// <summary>Gets the jobs in the order in which they ended.</summary>
    public required ImmutableArray<JobRecord> Jobs { get; init; }

    /// <summary>Gets the sums.</summary>
    public required SimulationTotals Totals { get; init; }

    /// <summary>Gets the last version; null if the result was read from a file.</summary>
    public ModelSnapshot? Model { get; init; }

    /// <summary>Gets the selection that was in force last; null if the result was read from a file.</summary>
    public ParameterSelection? Selection { get; init; }

    /// <summary>Gets the accuracy that was to be reached; null if none was.</summary>
    public double? Target { get; init; }

    /// <summary>Gets when the target was reached: the first of three evaluations in a row at or above it; null if it was not.</summary>
    public TimeSpan? TimeToTarget => AtTarget?.Time;

    /// <summary>Gets the evaluation that reached the target; null if none did.</summary>
    public EvaluationPoint? AtTarget => Target is { } target ? WhenReached(target) : null;

    /// <summary>Gets how much the accuracy jumps: the standard deviation of the differences between one evaluation and the next, over the second half of them.</summary>
    /// <value>As a share, like accuracies; 0 with fewer than three evaluations there.</value>
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

    /// <summary>Finds when an accuracy was reached.</summary>
    /// <param name="accuracy">The accuracy.</param>
    /// <returns>The first of three evaluations in a row at or above it; null if there are none.</returns>
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
