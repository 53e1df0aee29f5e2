namespace Ftte.TinyEngine;

/// <summary>Represents the progress of training.</summary>
/// <param name="Step">The number of completed steps.</param>
/// <param name="Steps">The total number of steps.</param>
/// <param name="MeanLoss">The mean loss per example since the epoch began.</param>
/// <param name="LearningRate">The learning rate of the latest step.</param>
public readonly record struct TrainingProgress(long Step, long Steps, double MeanLoss, float LearningRate);
