namespace Ftte.Simulation;

/// <summary>Represents the progress of a run.</summary>
/// <param name="Share">The share that is done, in [0, 1], by the nearest limit. For a run that ends at a plateau, the share if no later evaluation is better, which is the most that it can be.</param>
/// <param name="VirtualTime">The virtual time since the run began.</param>
/// <param name="Version">The current version.</param>
/// <param name="Trips">The number of jobs started.</param>
/// <param name="Quality">The latest evaluation; null before the first.</param>
/// <param name="Elapsed">The real time since the run began.</param>
/// <param name="Remaining">The estimated remaining real time; null if there is no estimate yet.</param>
public readonly record struct SimulationProgress(
    double Share, TimeSpan VirtualTime, ModelVersion Version, long Trips, ModelQuality? Quality, TimeSpan Elapsed, TimeSpan? Remaining);
