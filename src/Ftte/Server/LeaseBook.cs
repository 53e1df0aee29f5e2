using Ftte.Numerics;

namespace Ftte;

/// <summary>Who is at work: one lease per client, limits on how many, and the names of their updates.</summary>
/// <remarks>
/// Leases last equally long, so the order in which they were given is the order in which they expire, and expired ones are swept away whenever the
/// book is opened. Holds one small record per device at work. Not thread-safe.
/// </remarks>
internal sealed class LeaseBook(FederatedServerOptions options, TimeProvider time)
{
    private readonly Dictionary<ClientId, LinkedListNode<Lease>> _byClient = [];
    private readonly LinkedList<Lease> _byExpiry = [];
    private readonly HashSet<ClientId> _accepted = [];
    private readonly ulong _origin = CounterHash.Mix(options.Seed);
    private ModelVersion _version;
    private int _assigned;
    private int _measuring;
    private ulong _issued;

    public enum Answer
    {
        Granted,

        /// <summary>As many devices as allowed are at work.</summary>
        ConcurrencyReached,

        /// <summary>The version has all the assignments it may have, or this device has done its part in it.</summary>
        VersionFull,
    }

    /// <summary>Gets the number of leases that have neither ended nor expired.</summary>
    public int Count
    {
        get
        {
            EndExpired();
            return _byExpiry.Count;
        }
    }

    /// <summary>Gets the number of those that are for measuring.</summary>
    public int MeasuringCount
    {
        get
        {
            EndExpired();
            return _measuring;
        }
    }

    /// <summary>Gives a client a lease on the current version; it replaces the one that the client has, if any.</summary>
    /// <param name="client">The client.</param>
    /// <param name="current">The current version.</param>
    /// <param name="trains">Whether the work is part of the version; measuring is not: it takes no place in it, and may be done before or after one's part.</param>
    /// <param name="id">The lease's number, when granted: no two leases of this book have the same.</param>
    public Answer TryIssue(ClientId client, ModelVersion current, bool trains, out UpdateId id)
    {
        id = default;
        EndExpired();
        if (_version != current)
        {
            (_version, _assigned) = (current, 0);
            _accepted.Clear();
        }

        // A client that asks again has lost its work, so its own lease must not stand in its way.
        _byClient.TryGetValue(client, out LinkedListNode<Lease>? own);
        int atWork = _byExpiry.Count - (own is null ? 0 : 1);
        if (atWork >= options.MaxConcurrency)
        {
            return Answer.ConcurrencyReached;
        }

        int assigned = _assigned - (own is not null && TakesPlace(own.Value) ? 1 : 0);
        if (trains && (assigned >= options.MaxAssignmentsPerVersion || _accepted.Contains(client)))
        {
            return Answer.VersionFull;
        }

        if (own is not null)
        {
            End(own, givesPlaceBack: true);
        }

        // Mixing is a bijection and the sum counts up: ids look random, but none comes twice.
        id = new UpdateId(CounterHash.Mix(_origin + _issued++));
        var lease = new Lease(client, id, current, trains, time.GetTimestamp());
        _byClient.Add(client, _byExpiry.AddLast(lease));
        _assigned += TakesPlace(lease) ? 1 : 0;
        _measuring += trains ? 0 : 1;
        return Answer.Granted;
    }

    /// <summary>Ends the lease that an update answers, unless it expired or was replaced.</summary>
    /// <param name="client">The update's client.</param>
    /// <param name="id">The update's name.</param>
    /// <param name="accepted">Whether the update counts; a rejected one gives its place in the version to another device.</param>
    public void End(ClientId client, UpdateId id, bool accepted)
    {
        EndExpired();
        if (!_byClient.TryGetValue(client, out LinkedListNode<Lease>? lease) || lease.Value.Id != id)
        {
            return;
        }

        if (accepted && TakesPlace(lease.Value) && options.MaxAssignmentsPerVersion is not null)
        {
            _accepted.Add(client);
        }

        End(lease, givesPlaceBack: !accepted);
    }

    private void EndExpired()
    {
        while (_byExpiry.First is { } oldest && time.GetElapsedTime(oldest.Value.IssuedAt) >= options.LeaseDuration)
        {
            End(oldest, givesPlaceBack: true);
        }
    }

    private void End(LinkedListNode<Lease> lease, bool givesPlaceBack)
    {
        _byExpiry.Remove(lease);
        _byClient.Remove(lease.Value.Client);
        _measuring -= lease.Value.Trains ? 0 : 1;
        if (givesPlaceBack && TakesPlace(lease.Value))
        {
            _assigned--;
        }
    }

    private bool TakesPlace(in Lease lease) => lease.Trains && lease.Version == _version;

    private readonly record struct Lease(ClientId Client, UpdateId Id, ModelVersion Version, bool Trains, long IssuedAt);
}
