using System.Collections.Immutable;

namespace Ftte.Simulation.Running;

/// <summary>Records the outcome of each job, and adds up the totals of the run.</summary>
internal sealed class JobLog
{
    private readonly List<JobRecord> _jobs = [];
    private SimulationTotals _totals;

    public ImmutableArray<JobRecord> Jobs => [.. _jobs];

    public SimulationTotals Totals => _totals;

    /// <summary>Counts a job that begins.</summary>
    public void AddStart(long memoryBytes) =>
        _totals = _totals with { Trips = _totals.Trips + 1, PeakDeviceBytes = Math.Max(_totals.PeakDeviceBytes, memoryBytes) };

    /// <summary>Counts a check-out without an assignment.</summary>
    public void CountRefusal() => _totals = _totals with { Refused = _totals.Refused + 1 };

    public void CountEvent() => _totals = _totals with { Events = _totals.Events + 1 };

    /// <summary>Adds a job that has ended.</summary>
    public void Add(in JobRecord job)
    {
        _jobs.Add(job);
        long ended = job.Outcome == JobOutcome.Unfinished ? 0 : job.MultiplyAdds;
        bool isWasted = job.Outcome is JobOutcome.Rejected or JobOutcome.Dropped;
        _totals = _totals with
        {
            Accepted = _totals.Accepted + (job.Outcome == JobOutcome.Accepted ? 1 : 0),
            Rejected = _totals.Rejected + (job.Outcome == JobOutcome.Rejected ? 1 : 0),
            Dropped = _totals.Dropped + (job.Outcome == JobOutcome.Dropped ? 1 : 0),
            Unfinished = _totals.Unfinished + (job.Outcome == JobOutcome.Unfinished ? 1 : 0),
            Measured = _totals.Measured + (job.Outcome == JobOutcome.Measured ? 1 : 0),
            Evaluated = _totals.Evaluated + (job.Outcome == JobOutcome.Evaluated ? 1 : 0),
            MultiplyAdds = _totals.MultiplyAdds + ended,
            WastedMultiplyAdds = _totals.WastedMultiplyAdds + (isWasted ? ended : 0),
            WastedBytes = _totals.WastedBytes + (isWasted ? job.BytesUp + job.BytesDown : 0),
        };
    }
}
