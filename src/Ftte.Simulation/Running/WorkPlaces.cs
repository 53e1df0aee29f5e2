namespace Ftte.Simulation;

/// <summary>How many more devices the server will give work: the simulation's own count, so that nobody asks in vain.</summary>
/// <remarks>It counts as the server does: leases that have neither ended nor expired and, in rounds, what was given out for the current version. Only the server's answer counts.</remarks>
internal sealed class WorkPlaces(FederatedServerOptions options)
{
    private readonly Dictionary<int, Lease> _leases = [];
    private readonly Queue<(int Device, long Job, TimeSpan Expires)> _byExpiry = [];
    private ModelVersion _version;
    private int _given;

    /// <summary>Gets whether rounds are limited: then a device whose update was accepted waits for the next version.</summary>
    public bool HasRounds => options.MaxAssignmentsPerVersion is not null;

    /// <summary>Says whether a device may be given work.</summary>
    public bool IsFree(TimeSpan now, ModelVersion current)
    {
        Update(now, current);
        return _leases.Count < (options.MaxConcurrency ?? int.MaxValue) && _given < (options.MaxAssignmentsPerVersion ?? int.MaxValue);
    }

    /// <summary>Notes that a device was given work.</summary>
    /// <returns>When the server will count on it no more.</returns>
    public TimeSpan Take(int device, long job, TimeSpan now, ModelVersion version, bool trains)
    {
        Update(now, version);
        if (_leases.TryGetValue(device, out Lease old))
        {
            End(device, old, givesPlaceBack: true);
        }

        TimeSpan expires = now + options.LeaseDuration;
        _leases.Add(device, new Lease(job, version, trains));
        _byExpiry.Enqueue((device, job, expires));
        _given += trains ? 1 : 0;
        return expires;
    }

    /// <summary>Notes that a job's update was answered.</summary>
    public void End(int device, long job, TimeSpan now, bool accepted)
    {
        Update(now, _version);
        if (_leases.TryGetValue(device, out Lease lease) && lease.Job == job)
        {
            End(device, lease, givesPlaceBack: !accepted);
        }
    }

    private void Update(TimeSpan now, ModelVersion current)
    {
        if (current != _version)
        {
            (_version, _given) = (current, 0);
        }

        while (_byExpiry.TryPeek(out var oldest) && oldest.Expires <= now)
        {
            _byExpiry.Dequeue();
            if (_leases.TryGetValue(oldest.Device, out Lease lease) && lease.Job == oldest.Job)
            {
                End(oldest.Device, lease, givesPlaceBack: true);
            }
        }
    }

    private void End(int device, Lease lease, bool givesPlaceBack)
    {
        _leases.Remove(device);
        _given -= givesPlaceBack && lease.Trains && lease.Version == _version ? 1 : 0;
    }

    private readonly record struct Lease(long Job, ModelVersion Version, bool Trains);
}
