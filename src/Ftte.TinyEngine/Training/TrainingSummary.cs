namespace Ftte.TinyEngine;

/// <summary>Represents the result of a training run.</summary>
/// <param name="Steps">The number of steps taken.</param>
/// <param name="Examples">The number of examples gone over, each time counted.</param>
/// <param name="MeanLoss">The mean loss per example over the last epoch begun, each taken just before its step; NaN if training diverged.</param>
public readonly record struct TrainingSummary(long Steps, long Examples, double MeanLoss);
