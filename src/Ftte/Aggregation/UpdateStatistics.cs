namespace Ftte.Aggregation;

/// <summary>Represents the statistics of an update, from which a weighting computes the weight.</summary>
/// <param name="Age">The number of versions published since the device received its model: 0 for a fresh update, or 1 with <see cref="AgeOrigin.NextVersion"/>.</param>
/// <param name="Variance">The variance of the step, clipped, over its selected trainable coordinates, divided by their count.</param>
/// <param name="ReferenceVariance">
/// The reference variance, an exponential average of the medians of recent buffers; constant while a buffer fills, so that the order does not matter. NaN until the first publication.
/// </param>
/// <param name="Norm">The Euclidean norm of the step, clipped, over its selected trainable coordinates.</param>
/// <param name="ExampleCount">The number of examples behind the step, capped by the server.</param>
/// <param name="Alignment">
/// The cosine between the step and the last published one, in [-1, 1]; NaN if the weighting does not request it
/// (<see cref="WeightingInputs.Alignment"/>) or no step has been published.
/// </param>
/// <param name="DriftNorm">
/// The Euclidean norm of the drift, over the update's selected trainable coordinates: the current model minus the one that the device received. 0 if the
/// update is fresh; NaN if the weighting does not request it (<see cref="WeightingInputs.Drift"/>).
/// </param>
/// <param name="DriftAlignment">The cosine between the step and the drift, in [-1, 1]; NaN if it was not requested or either is zero.</param>
/// <remarks>The first buffer is clipped and capped only when it is published. Until then, norm, variance and example count are as sent.</remarks>
public readonly record struct UpdateStatistics(
    long Age,
    double Variance,
    double ReferenceVariance,
    double Norm,
    int ExampleCount,
    double Alignment = double.NaN,
    double DriftNorm = double.NaN,
    double DriftAlignment = double.NaN);
