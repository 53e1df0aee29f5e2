namespace Ftte.TinyEngine;

/// <summary>Represents the result of a training run.</summary>
/// <param name="Steps">The number of completed steps.</param>
/// <param name="Examples">The number of processed examples; every visit counts.</param>
/// <param name="MeanLoss">The mean loss per example over the last epoch that was started, computed before each step; NaN if training diverged.</param>
public readonly record struct TrainingSummary(long Steps, long Examples, double MeanLoss);
