namespace Ftte.TinyEngine;

/// <summary>Represents the loss and the accuracy of parameters on examples.</summary>
/// <param name="Loss">The mean loss per example.</param>
/// <param name="Accuracy">The share of examples whose label has the maximum logit, in [0, 1].</param>
/// <param name="Count">The number of examples.</param>
public readonly record struct Evaluation(double Loss, double Accuracy, int Count);
