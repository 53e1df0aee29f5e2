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

/// <summary>One look at the model.</summary>
/// <param name="Time">The virtual time since the run began.</param>
/// <param name="Version">The version.</param>
/// <param name="Quality">How good it is.</param>
/// <param name="Trips">The jobs begun by then.</param>
/// <param name="BytesUp">The bytes sent by devices until then.</param>
/// <param name="BytesDown">The bytes received by devices until then.</param>
/// <param name="MultiplyAdds">The multiply-adds of the jobs that had ended by then.</param>
public readonly record struct EvaluationPoint(
    TimeSpan Time, ModelVersion Version, ModelQuality Quality, long Trips, long BytesUp, long BytesDown, long MultiplyAdds);

/// <summary>One job.</summary>
/// <param name="Number">Which of the run it is, from 0.</param>
/// <param name="Device">The device's index.</param>
/// <param name="Start">When it asked for work.</param>
/// <param name="End">When its update arrived, or when the device gave up; or the end of the run.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Outcome">The server's answer; <see cref="UpdateOutcome.None"/> if there was none.</param>
/// <param name="BaseVersion">The version it started from.</param>
/// <param name="Age">How many versions were published meanwhile.</param>
/// <param name="Weight">The weight with which its update was folded in; 0 if it was not.</param>
/// <param name="BytesDown">What the device received.</param>
/// <param name="BytesUp">What the device sent.</param>
/// <param name="MultiplyAdds">What the device computed.</param>
public readonly record struct JobRecord(
    long Number,
    int Device,
    TimeSpan Start,
    TimeSpan End,
    JobFate Fate,
    UpdateOutcome Outcome,
    ModelVersion BaseVersion,
    long Age,
    double Weight,
    long BytesDown,
    long BytesUp,
    long MultiplyAdds);

/// <summary>What became of a job.</summary>
public enum JobFate
{
    /// <summary>Its update counts.</summary>
    Accepted = 0,

    /// <summary>Its update arrived and does not count: the outcome says why.</summary>
    Rejected = 1,

    /// <summary>The device gave up.</summary>
    Dropped = 2,

    /// <summary>The run ended before it.</summary>
    Unfinished = 3,

    /// <summary>It measured importance.</summary>
    Measured = 4,
}

/// <summary>The sums of a run.</summary>
/// <param name="Trips">The jobs begun.</param>
/// <param name="Accepted">Those whose updates were taken; the last of them may be in a buffer that no version was made of.</param>
/// <param name="Rejected">Those whose updates do not.</param>
/// <param name="Dropped">Those that devices gave up, or went for good before they had answered.</param>
/// <param name="Unfinished">Those that were at work when the run ended.</param>
/// <param name="Measured">Those that measured importance.</param>
/// <param name="Refused">Requests that were answered without work.</param>
/// <param name="BytesUp">What devices sent, as the wire format has it.</param>
/// <param name="BytesDown">What devices received.</param>
/// <param name="WastedBytes">Of both, what belongs to rejected and dropped jobs.</param>
/// <param name="MultiplyAdds">What devices computed in jobs that ended: what energy goes into, besides the bytes.</param>
/// <param name="WastedMultiplyAdds">Of it, what belongs to rejected and dropped jobs.</param>
/// <param name="PeakDeviceBytes">The memory that the most demanding job took, as planned.</param>
/// <param name="Events">The events of the simulation.</param>
/// <param name="RefusedVersions">The versions that were not published because they would have broken the model.</param>
/// <param name="FailedSelections">The times that choosing a new selection failed, so that the one in force stayed.</param>
public readonly record struct SimulationTotals(
    long Trips,
    long Accepted,
    long Rejected,
    long Dropped,
    long Unfinished,
    long Measured,
    long Refused,
    long BytesUp,
    long BytesDown,
    long WastedBytes,
    long MultiplyAdds,
    long WastedMultiplyAdds,
    long PeakDeviceBytes,
    long Events,
    long RefusedVersions = 0,
    long FailedSelections = 0);
