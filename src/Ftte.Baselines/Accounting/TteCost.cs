namespace Ftte.Baselines;

/// <summary>Represents the cost of a selection by TTE's accounting.</summary>
/// <param name="Bytes">The bytes, including fractions of a byte from bit masks.</param>
/// <param name="TrainedParameters">The trained weights and biases of convolutions.</param>
/// <param name="TrainedShare">The share of the trained ones among all weights and biases of convolutions.</param>
public readonly record struct TteCost(double Bytes, long TrainedParameters, double TrainedShare);
