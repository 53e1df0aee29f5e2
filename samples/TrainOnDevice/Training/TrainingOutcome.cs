using Ftte.TinyEngine;

namespace TrainOnDevice.Training;

/// <summary>Represents the result of training.</summary>
/// <param name="Before">The evaluation of the initial weights on held-out examples.</param>
/// <param name="After">The evaluation of the trained weights on held-out examples.</param>
/// <param name="Steps">The number of completed steps.</param>
/// <param name="StepsPlanned">The number of planned steps.</param>
/// <param name="TrainingLoss">The mean loss per example since the start of the last epoch; null if no step was completed.</param>
/// <param name="Duration">The duration of training, without the tests.</param>
/// <param name="ExamplesPerSecond">The number of training examples per second.</param>
/// <param name="Curve">The result of each epoch, if the weights were tested after it.</param>
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
    /// <summary>Gets a value that indicates whether training was stopped before its end.</summary>
    public bool IsCancelled => Steps < StepsPlanned;
}

/// <summary>Represents the result of an epoch.</summary>
/// <param name="Epoch">The number of completed epochs.</param>
/// <param name="TrainingLoss">The mean loss per example during the epoch.</param>
/// <param name="Loss">The mean loss on held-out examples after the epoch.</param>
/// <param name="Accuracy">The accuracy on held-out examples; null for a network without classes.</param>
internal sealed record EpochResult(long Epoch, double TrainingLoss, double Loss, double? Accuracy);
