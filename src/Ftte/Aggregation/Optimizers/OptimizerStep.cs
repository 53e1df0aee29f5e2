namespace Ftte.Aggregation;

/// <summary>Describes the buffer from which the step of an optimizer was computed.</summary>
/// <param name="Number">The number of steps recorded before this one; 0 for the first.</param>
/// <param name="UpdateCount">The number of updates in the buffer, at least 1.</param>
/// <param name="MeanWeight">The mean weight of the updates: the share of the buffer that remains after weighting.</param>
/// <param name="MaxAge">The maximum age of the updates, in versions.</param>
public readonly record struct OptimizerStep(long Number, int UpdateCount, double MeanWeight, long MaxAge);
