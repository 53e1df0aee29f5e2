namespace Ftte.Aggregation;

/// <summary>Describes the buffer whose step an optimizer applies.</summary>
/// <param name="Number">The number of steps recorded before this one; 0 for the first.</param>
/// <param name="UpdateCount">The number of updates in the buffer, at least 1.</param>
/// <param name="MeanWeight">The mean weight of the updates: the share of the buffer that staleness and variance left.</param>
/// <param name="MaxAge">The age of the most stale update, in versions.</param>
public readonly record struct OptimizerStep(long Number, int UpdateCount, double MeanWeight, long MaxAge);
