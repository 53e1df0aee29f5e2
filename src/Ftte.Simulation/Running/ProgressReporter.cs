namespace Ftte.Simulation.Running;

/// <summary>Reports the progress of a run, at most a few times per second of real time.</summary>
internal sealed class ProgressReporter(SimulationOptions options, ModelVersion start, PlateauMonitor plateau)
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(200);
    private readonly long _began = options.RealTime.GetTimestamp();
    private TimeSpan _last = TimeSpan.MinValue;
    private double _share;

    /// <summary>Reports the progress if the last report is old enough, or if this is the last one.</summary>
    public void Report(in EvaluationPoint now, ModelQuality? newest, bool isLast, bool isComplete = false)
    {
        if (options.Progress is null)
        {
            return;
        }

        TimeSpan elapsed = options.RealTime.GetElapsedTime(_began);
        if (!isLast && elapsed - MinInterval < _last)
        {
            return;
        }

        _last = elapsed;
        // A plateau that ends with a better evaluation takes no progress back.
        _share = isComplete ? 1 : Math.Clamp(GetShare(now), _share, 1);
        TimeSpan? remaining = _share is > 0.001 ? elapsed * ((1 - _share) / _share) : null;
        options.Progress(new SimulationProgress(_share, now.Time, now.Version, now.Trips, newest, elapsed, remaining));
    }

    private double GetShare(in EvaluationPoint now)
    {
        double limits = Math.Max(
            options.MaxTime is { } time ? now.Time / time : 0,
            Math.Max(options.MaxVersions is { } versions ? (now.Version - start) / (double)versions : 0, options.MaxTrips is { } trips ? now.Trips / (double)trips : 0));
        return Math.Max(limits, plateau.GetShare(now.Trips));
    }
}
