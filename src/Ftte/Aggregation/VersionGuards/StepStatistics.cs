namespace Ftte.Aggregation;

/// <summary>Represents the measurements of a step from one version to the next, for an <see cref="IVersionGuard"/>.</summary>
/// <param name="UpdateCount">The number of updates in the buffer.</param>
/// <param name="Norm">The Euclidean norm of the change of the trainable parameters. Statistics are not included.</param>
/// <param name="RootMeanSquare">The root mean square of that change over the coordinates that the updates contain; independent of their number.</param>
/// <param name="ReferenceRootMeanSquare">The median root mean square of the latest published steps; NaN before the first.</param>
public readonly record struct StepStatistics(int UpdateCount, double Norm, double RootMeanSquare, double ReferenceRootMeanSquare);
