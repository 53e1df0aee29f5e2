namespace Ftte.LoadTest;

/// <summary>Represents the durations of empty rounds.</summary>
/// <param name="Rounds">The number of rounds that were measured.</param>
/// <param name="MedianMs">The median duration, in milliseconds.</param>
/// <param name="P99Ms">The duration that 99 % of the rounds do not exceed, in milliseconds.</param>
internal sealed record LatencyResult(int Rounds, double MedianMs, double P99Ms);
