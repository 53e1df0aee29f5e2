using System.Collections.Immutable;

namespace Ftte.Simulation;

/// <summary>What jobs came to, one by one and in sum.</summary>
internal sealed class Ledger
{
    private readonly List<JobRecord> _jobs = [];
    private SimulationTotals _totals;

    public ImmutableArray<JobRecord> Jobs => [.. _jobs];

    public SimulationTotals Totals => _totals;

    public void Began(long memoryBytes) =>
        _totals = _totals with { Trips = _totals.Trips + 1, PeakDeviceBytes = Math.Max(_totals.PeakDeviceBytes, memoryBytes) };

    public void Refused() => _totals = _totals with { Refused = _totals.Refused + 1 };

    public void Happened() => _totals = _totals with { Events = _totals.Events + 1 };

    public void Ended(in JobRecord job)
    {
        _jobs.Add(job);
        long ended = job.Fate == JobFate.Unfinished ? 0 : job.MultiplyAdds;
        bool isWasted = job.Fate is JobFate.Rejected or JobFate.Dropped;
        _totals = _totals with
        {
            Accepted = _totals.Accepted + (job.Fate == JobFate.Accepted ? 1 : 0),
            Rejected = _totals.Rejected + (job.Fate == JobFate.Rejected ? 1 : 0),
            Dropped = _totals.Dropped + (job.Fate == JobFate.Dropped ? 1 : 0),
            Unfinished = _totals.Unfinished + (job.Fate == JobFate.Unfinished ? 1 : 0),
            Measured = _totals.Measured + (job.Fate == JobFate.Measured ? 1 : 0),
            MultiplyAdds = _totals.MultiplyAdds + ended,
            WastedMultiplyAdds = _totals.WastedMultiplyAdds + (isWasted ? ended : 0),
            WastedBytes = _totals.WastedBytes + (isWasted ? job.BytesUp + job.BytesDown : 0),
        };
    }
}
