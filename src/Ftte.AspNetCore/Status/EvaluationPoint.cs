namespace Ftte.AspNetCore.Status;

/// <summary>Represents the mean of each metric in the evaluation of one version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Means">The mean of each metric, in the order of the evaluation's metrics.</param>
internal sealed record EvaluationPoint(long Version, double[] Means);
