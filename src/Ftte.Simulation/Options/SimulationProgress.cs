namespace Ftte.Simulation;

/// <summary>How far a run is.</summary>
/// <param name="Share">The share that is done, 0 to 1, by whichever limit is nearest.</param>
/// <param name="VirtualTime">The virtual time since it began.</param>
/// <param name="Version">The model's version.</param>
/// <param name="Trips">The jobs begun.</param>
/// <param name="Quality">The latest evaluation; null before the first.</param>
/// <param name="Elapsed">The real time since it began.</param>
/// <param name="Remaining">The real time that is left if it goes on like this; null while that cannot be told.</param>
public readonly record struct SimulationProgress(
    double Share, TimeSpan VirtualTime, ModelVersion Version, long Trips, ModelQuality? Quality, TimeSpan Elapsed, TimeSpan? Remaining);
