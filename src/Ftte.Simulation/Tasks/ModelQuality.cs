namespace Ftte.Simulation;

/// <summary>How good a model is.</summary>
/// <param name="Accuracy">The share of what it is tested on that it gets right, 0 to 1.</param>
/// <param name="StragglerAccuracy">The same on what stragglers hold; NaN if that is not measured.</param>
/// <param name="Loss">The mean loss; NaN if that is not measured.</param>
public readonly record struct ModelQuality(double Accuracy, double StragglerAccuracy = double.NaN, double Loss = double.NaN);
