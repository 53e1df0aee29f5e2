using Ftte.TinyEngine;

namespace TrainOnDevice.Training;

/// <summary>What training came to.</summary>
/// <param name="Before">How the weights that it started from do on held-out examples.</param>
/// <param name="After">How the trained weights do on them.</param>
/// <param name="Steps">The steps taken.</param>
/// <param name="StepsPlanned">The steps that there were to be.</param>
/// <param name="TrainingLoss">The mean loss per example since the last epoch began; null if no step was taken.</param>
/// <param name="Duration">How long training took, without the tests.</param>
/// <param name="ExamplesPerSecond">How many examples a second were trained on.</param>
internal sealed record TrainingOutcome(
    Evaluation Before, Evaluation After, long Steps, long StepsPlanned, double? TrainingLoss, TimeSpan Duration, double ExamplesPerSecond)
{
    /// <summary>Gets whether training was stopped before its end.</summary>
    public bool IsCancelled => Steps < StepsPlanned;
}
