namespace Ftte.Simulation;

/// <summary>The main figures of one run, as a JSON object.</summary>
internal sealed record SummaryEntry(
    string Rule,
    ulong Seed,
    bool IsComplete,
    double Seconds,
    long Versions,
    double? StartAccuracy,
    double? Accuracy,
    double? Target,
    double? SecondsToTarget,
    long? BytesUpToTarget,
    long? BytesDownToTarget,
    long BytesUp,
    long BytesDown,
    long PeakDeviceBytes,
    long Trips)
{
    public static SummaryEntry Of(SimulationResult result)
    {
        EvaluationPoint? reached = result.AtTarget;
        return new SummaryEntry(
            result.Rule,
            result.Seed,
            result.IsComplete,
            result.Duration.TotalSeconds,
            result.Points.IsEmpty ? 0 : result.Points[^1].Version - result.Points[0].Version,
            AccuracyAt(result, 0),
            AccuracyAt(result, ^1),
            result.Target,
            reached?.Time.TotalSeconds,
            reached?.BytesUp,
            reached?.BytesDown,
            result.Totals.BytesUp,
            result.Totals.BytesDown,
            result.Totals.PeakDeviceBytes,
            result.Totals.Trips);
    }

    private static double? AccuracyAt(SimulationResult result, Index point) =>
        !result.Points.IsEmpty && double.IsFinite(result.Points[point].Quality.Accuracy) ? result.Points[point].Quality.Accuracy : null;
}
