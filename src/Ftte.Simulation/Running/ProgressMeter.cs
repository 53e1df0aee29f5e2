namespace Ftte.Simulation;

/// <summary>Tells how far a run is, a few times a second of real time at most.</summary>
internal sealed class ProgressMeter(SimulationOptions options)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly long _began = options.RealTime.GetTimestamp();
    private TimeSpan _last = TimeSpan.MinValue;

    /// <summary>Reports, if it is time to.</summary>
    public void Report(TimeSpan now, ModelVersion version, ModelVersion first, long trips, ModelQuality? quality, bool isLast, bool isComplete = false)
    {
        if (options.Progress is null)
        {
            return;
        }

        TimeSpan elapsed = options.RealTime.GetElapsedTime(_began);
        if (!isLast && elapsed - Pause < _last)
        {
            return;
        }

        _last = elapsed;
        double share = isComplete ? 1 : Math.Clamp(Share(now, version - first, trips), 0, 1);
        TimeSpan? remaining = share is > 0.001 ? elapsed * ((1 - share) / share) : null;
        options.Progress(new SimulationProgress(share, now, version, trips, quality, elapsed, remaining));
    }

    private double Share(TimeSpan now, long versions, long trips) => Math.Max(
        options.MaxTime is { } time ? now / time : 0,
        Math.Max(options.MaxVersions is { } all ? versions / (double)all : 0, options.MaxTrips is { } most ? trips / (double)most : 0));
}
