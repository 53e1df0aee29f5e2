namespace Ftte.Simulation;

/// <summary>Detects that a run goes on without making versions.</summary>
/// <remarks>The limits are far above what a run that makes progress reaches, and follow from the numbers of jobs alone, so that a run ends the same every time.</remarks>
internal sealed class ProgressWatch(int devices, long? maxTripsPerVersion)
{
    /// <summary>The number of versions refused one after the other that end a run.</summary>
    public const int MaxRefusals = 10;

    private readonly long _maxTrips = maxTripsPerVersion ?? 1000 + (100L * devices);
    private readonly long _maxRejections = Math.Min(maxTripsPerVersion ?? long.MaxValue, 100 + (10L * devices));
    private long _jobs;
    private long _accepted;
    private long _dropped;
    private long _rejections;
    private long _refusals;
    private UpdateOutcome _lastRejection;

    /// <summary>Notes that a job ended.</summary>
    public void Ended(in JobRecord job)
    {
        _jobs++;
        switch (job.Fate)
        {
            case JobFate.Accepted:
                _accepted++;
                _rejections = 0;
                break;
            case JobFate.Measured:
                _rejections = 0;
                break;
            case JobFate.Dropped:
                _dropped++;
                break;
            case JobFate.Rejected when job.Outcome != UpdateOutcome.Refused:
                _rejections++;
                _lastRejection = job.Outcome;
                break;
            default:
                break;
        }
    }

    /// <summary>Notes that a version was published.</summary>
    public void Published() => _jobs = _accepted = _dropped = _rejections = _refusals = 0;

    /// <summary>Notes that versions were refused.</summary>
    public void Refused(long versions) => _refusals += versions;

    /// <summary>Returns the ending of a run that makes no progress, and the reason; null if it may go on.</summary>
    public (SimulationEnding Ending, string Reason)? Check(ServerEvents events) =>
        _refusals >= MaxRefusals
            ? (SimulationEnding.VersionsRefused, $"{_refusals} versions in a row were refused. {events.LastRefusal}")
        : _rejections >= _maxRejections
            ? (SimulationEnding.UpdatesRejected, $"{_rejections} updates in a row were rejected, the last one with {_lastRejection}.")
        : _jobs < _maxTrips ? null
        : _dropped >= _jobs - _dropped
            ? (SimulationEnding.DevicesDropOut, $"{_jobs} jobs ended without a version; devices gave up {_dropped} of them.")
            : (SimulationEnding.NoPublication, $"{_jobs} jobs ended without a version, although {_accepted} updates were accepted. The aggregator publishes too rarely or never.");
}
