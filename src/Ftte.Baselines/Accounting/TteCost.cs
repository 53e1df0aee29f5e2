namespace Ftte.Baselines;

/// <summary>Represents the cost of a selection by TTE's accounting.</summary>
/// <param name="Bytes">The bytes; fractions of a byte, from masks of single bits, are kept.</param>
/// <param name="TrainedParameters">The trained weights and biases of convolutions.</param>
/// <param name="TrainedShare">The same as a share of all weights and biases of convolutions.</param>
public readonly record struct TteCost(double Bytes, long TrainedParameters, double TrainedShare);
