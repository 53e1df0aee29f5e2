namespace Ftte.Simulation;

/// <summary>Something that happens at a time.</summary>
/// <param name="Kind">What.</param>
/// <param name="Job">The job that ends.</param>
/// <param name="JobDuration">How long the job of the device that comes will take, if that is given.</param>
internal readonly record struct SimulationEvent(EventKind Kind, SimulatedJob? Job = null, TimeSpan? JobDuration = null);
