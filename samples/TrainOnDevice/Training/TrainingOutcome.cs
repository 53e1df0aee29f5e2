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
/// <param name="Curve">What each epoch came to, if the weights were tested after it.</param>
internal sealed record TrainingOutcome(
    Evaluation Before,
    Evaluation After,
    long Steps,
    long StepsPlanned,
    double? TrainingLoss,
    TimeSpan Duration,
    double ExamplesPerSecond,
    IReadOnlyList<EpochResult> Curve)
{
    /// <summary>Gets whether training was stopped before its end.</summary>
    public bool IsCancelled => Steps < StepsPlanned;
}

/// <summary>What an epoch came to.</summary>
/// <param name="Epoch">The number of epochs taken.</param>
/// <param name="TrainingLoss">The mean loss per example during it.</param>
/// <param name="Loss">The mean loss on held-out examples after it.</param>
/// <param name="Accuracy">The accuracy on them; null for a network without classes.</param>
internal sealed record EpochResult(long Epoch, double TrainingLoss, double Loss, double? Accuracy);
