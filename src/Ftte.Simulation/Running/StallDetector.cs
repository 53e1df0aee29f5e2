using Ftte.Simulation.Server;

namespace Ftte.Simulation.Running;

/// <summary>Detects that a run goes on without publishing versions.</summary>
/// <remarks>The limits are far above the counts of a run that makes progress. They depend only on the numbers of jobs, so the same run always ends at the same event.</remarks>
internal sealed class StallDetector(int devices, long? maxTripsPerVersion)
{
    /// <summary>The number of versions refused in a row that ends a run.</summary>
    public const int MaxRefusals = 10;

    private readonly long _maxTrips = maxTripsPerVersion ?? 1000 + (100L * devices);
    private readonly long _maxRejections = Math.Min(maxTripsPerVersion ?? long.MaxValue, 100 + (10L * devices));
    private long _jobs;
    private long _accepted;
    private long _dropped;
    private long _rejections;
    private long _refusals;
    private UpdateOutcome _lastRejection;

    /// <summary>Counts a job that has ended.</summary>
    public void CountJob(in JobRecord job)
    {
        _jobs++;
        switch (job.Outcome)
        {
            case JobOutcome.Accepted:
                _accepted++;
                _rejections = 0;
                break;
            case JobOutcome.Measured or JobOutcome.Evaluated:
                _rejections = 0;
                break;
            case JobOutcome.Dropped:
                _dropped++;
                break;
            case JobOutcome.Rejected when job.UpdateOutcome != UpdateOutcome.Refused:
                _rejections++;
                _lastRejection = job.UpdateOutcome;
                break;
            default:
                break;
        }
    }

    /// <summary>Starts again at zero, because a version was published.</summary>
    public void Reset() => _jobs = _accepted = _dropped = _rejections = _refusals = 0;

    /// <summary>Counts versions that the server refused to publish.</summary>
    public void CountRefusedVersions(long versions) => _refusals += versions;

    /// <summary>Returns the ending of a run that makes no progress, and the reason; null if the run may go on.</summary>
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
