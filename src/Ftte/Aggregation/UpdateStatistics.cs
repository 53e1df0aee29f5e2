namespace Ftte.Aggregation;

/// <summary>What a weighting may look at.</summary>
/// <param name="Age">The number of versions published since the device received its model; 0 is fresh.</param>
/// <param name="Variance">The variance of the step, clipped, over its selected trainable coordinates, divided by their count.</param>
/// <param name="ReferenceVariance">
/// The variance that the server has seen as usual, fixed while a buffer fills so that order does not matter; NaN until the first publication.
/// </param>
/// <param name="Norm">The Euclidean norm of the step, clipped, over its selected trainable coordinates.</param>
/// <param name="ExampleCount">The number of examples behind the step, capped by the server.</param>
/// <param name="Alignment">
/// The cosine between the step and the last published one, in [-1, 1]; NaN when a weighting did not ask for it
/// (<see cref="WeightingInputs.Alignment"/>) or there is no direction yet.
/// </param>
/// <param name="DriftNorm">
/// The Euclidean norm of the drift, over the update's selected trainable coordinates: the current model minus the one that the device received. 0 if the
/// update is fresh; NaN when a weighting did not ask for it (<see cref="WeightingInputs.Drift"/>).
/// </param>
/// <param name="DriftAlignment">The cosine between the step and the drift, in [-1, 1]; NaN if it was not asked for, or either is zero.</param>
/// <remarks>In the first buffer, which is clipped and capped only when it is published, norm, variance and example count are those that were sent.</remarks>
public readonly record struct UpdateStatistics(
    long Age,
    double Variance,
    double ReferenceVariance,
    double Norm,
    int ExampleCount,
    double Alignment = double.NaN,
    double DriftNorm = double.NaN,
    double DriftAlignment = double.NaN);
