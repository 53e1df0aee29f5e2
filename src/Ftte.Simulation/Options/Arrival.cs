namespace Ftte.Simulation;

/// <summary>A device that comes.</summary>
/// <param name="Gap">The time since the one before, or since the beginning; at most 1e9 seconds.</param>
/// <param name="JobDuration">How long its job takes, at most 1e9 seconds; null for as long as it takes that device.</param>
public readonly record struct Arrival(TimeSpan Gap, TimeSpan? JobDuration = null);
