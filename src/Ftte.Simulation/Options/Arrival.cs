namespace Ftte.Simulation;

/// <summary>Represents the arrival of a device that asks for work.</summary>
/// <param name="Gap">The time since the previous arrival, or since the run began; at most 1e9 seconds.</param>
/// <param name="JobDuration">The duration of its job, at most 1e9 seconds; null if it depends on the device.</param>
public readonly record struct Arrival(TimeSpan Gap, TimeSpan? JobDuration = null);
