using Ftte.Common;
using Ftte.Serialization;

namespace Ftte;

/// <summary>Stores the leases of the clients at work, at most one per client, enforces their limits and issues update IDs.</summary>
/// <remarks>
/// All leases have the same duration, so they expire in the order in which they were issued. Expired leases are removed before every
/// operation. Not thread-safe.
/// </remarks>
internal sealed class LeaseTable(FederatedServerOptions options, TimeProvider time)
{
    private readonly LinkedList<Lease> _byExpiry = [];
    private ulong _origin = SplitMix64.Mix(options.Seed);
    private ulong _issued;
    private ModelVersion _version;
    private int _atWorkInVersion;
    private int _acceptedInVersion;
    private readonly int[] _active = new int[Enum.GetValues<LeaseKind>().Length];
    private long _buffer;
    private int _waiting;

    public enum Answer
    {
        Granted,

        /// <summary>The maximum number of devices is at work.</summary>
        ConcurrencyReached,

        /// <summary>The version has the maximum number of assignments, or the client has used its share of the buffer.</summary>
        AwaitsNextVersion,
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

    /// <summary>Gets a value that indicates whether the limits allow a lease for training to a client that has none.</summary>
    public bool CanIssue => FreeCount > 0;

    /// <summary>Gets the number of leases for training that the limits allow to clients that have none.</summary>
    public int FreeCount => Math.Max(0, Math.Min(
        (options.MaxConcurrency ?? int.MaxValue) - Count,
        (options.MaxAssignmentsPerVersion ?? int.MaxValue) - _atWorkInVersion - _acceptedInVersion));

    /// <summary>Gets the time until the next lease expires; null if there is none.</summary>
    public TimeSpan? UntilExpiry => Count == 0 ? null : options.LeaseDuration - time.GetElapsedTime(_byExpiry.First!.Value.Since);

    /// <summary>Returns the number of active leases for one kind of work.</summary>
    public int CountActive(LeaseKind kind)
    {
        EndExpired();
        return _active[(int)kind];
    }

    /// <summary>Gets the number of clients that have used their share of the current buffer.</summary>
    public int WaitingCount => _waiting;

    /// <summary>Gets the number of the current buffer, which increases with every published and every refused version.</summary>
    public long Buffer => _buffer;

    /// <summary>Gets the number of leases that were issued since the run began.</summary>
    public ulong IssuedCount => _issued;

    public bool IsWaiting(ClientRecord client) => client.WaitsInBuffer == _buffer;

    /// <summary>Issues a lease on the current version, which replaces the client's earlier lease, if any.</summary>
    /// <param name="client">The client.</param>
    /// <param name="kind">The work. Measuring and evaluating do not count toward the limit of the version and are allowed while the client waits for the next one.</param>
    /// <param name="id">Receives the ID of the lease if it was granted, unique among the leases of this server.</param>
    public Answer TryIssue(ClientRecord client, LeaseKind kind, out UpdateId id)
    {
        id = default;
        EndExpired();

        // A client that requests work again has lost its assignment, so its own lease does not count.
        LinkedListNode<Lease>? own = client.Lease;
        int atWork = _byExpiry.Count - (own is null ? 0 : 1);
        if (atWork >= options.MaxConcurrency)
        {
            return Answer.ConcurrencyReached;
        }

        int assigned = _atWorkInVersion + _acceptedInVersion - (own is not null && TakesPlace(own.Value) ? 1 : 0);
        if (kind == LeaseKind.Training && (assigned >= options.MaxAssignmentsPerVersion || IsWaiting(client)))
        {
            return Answer.AwaitsNextVersion;
        }

        // Mix is a bijection and its argument is a counter, so IDs look random but never repeat.
        id = new UpdateId(SplitMix64.Mix(_origin + _issued++));
        Issue(client, kind, id, _version);
        return Answer.Granted;
    }

    /// <summary>Issues a recorded lease again, whatever the limits.</summary>
    public void Replay(ClientRecord client, LeaseKind kind, ulong number, in IssuedAssignment issued)
    {
        EndExpired();
        _issued = number + 1;
        Issue(client, kind, issued.Id, issued.BaseVersion);
    }

    /// <summary>Renews a lease, unless it has ended or was renewed as often as the options allow.</summary>
    public bool TryRenew(ClientRecord client, UpdateId id)
    {
        EndExpired();
        if (client.Lease is not { } node || node.Value.Id != id || node.Value.Renewals >= options.LeaseRenewals)
        {
            return false;
        }

        _byExpiry.Remove(node);
        node.Value = node.Value with { Since = time.GetTimestamp(), Renewals = (byte)(node.Value.Renewals + 1) };
        _byExpiry.AddLast(node);
        return true;
    }

    /// <summary>Ends the lease that an update answers, unless it expired or was replaced.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">The ID of the update.</param>
    /// <param name="accepted">True if the update was accepted. A rejected one no longer counts toward the limit, so another device can take its place.</param>
    /// <returns>True if the lease was active.</returns>
    public bool End(ClientRecord client, UpdateId id, bool accepted)
    {
        EndExpired();
        if (client.Lease is not { } lease || lease.Value.Id != id)
        {
            return false;
        }

        bool takesPlace = TakesPlace(lease.Value);
        End(lease);
        if (accepted && takesPlace && options.MaxAssignmentsPerVersion is not null)
        {
            _acceptedInVersion++;
            Wait(client);
        }

        return true;
    }

    /// <summary>Records that a client has used its share of the current buffer. It receives no training until the next buffer begins.</summary>
    public void Wait(ClientRecord client)
    {
        _waiting += IsWaiting(client) ? 0 : 1;
        client.WaitsInBuffer = _buffer;
    }

    /// <summary>Returns what is known of a client.</summary>
    public KnownClient Describe(ClientRecord client)
    {
        EndExpired();
        ClientActivity activity = client.Lease?.Value.Kind switch
        {
            LeaseKind.Training => ClientActivity.Training,
            LeaseKind.Importance => ClientActivity.MeasuringImportance,
            LeaseKind.Evaluation => ClientActivity.Evaluating,
            _ => IsWaiting(client) ? ClientActivity.AwaitingVersion : ClientActivity.Idle,
        };
        return new KnownClient(client.Client, activity, time.GetElapsedTime(client.LastSeen), client.Lease is { } lease ? time.GetElapsedTime(lease.Value.Since) : null);
    }

    /// <summary>Begins the next buffer, because a version was published or refused.</summary>
    /// <param name="current">The current version.</param>
    public void BeginBuffer(ModelVersion current)
    {
        _buffer++;
        _waiting = 0;
        _acceptedInVersion = 0;
        SetVersion(current);
    }

    /// <summary>Sets the version of new assignments.</summary>
    public void SetVersion(ModelVersion current)
    {
        _atWorkInVersion = current == _version ? _atWorkInVersion : 0;
        _version = current;
    }

    /// <summary>Removes the lease of a client with a removed record.</summary>
    public void Remove(ClientRecord client)
    {
        _waiting -= IsWaiting(client) ? 1 : 0;
        if (client.Lease is { } lease)
        {
            End(lease);
        }
    }

    public void Save(StateWriter writer)
    {
        writer.UInt64(_origin);
        writer.UInt64(_issued);
        writer.Int64(_version.Number);
        writer.Int32(_acceptedInVersion);
        writer.Int64(_buffer);
        writer.Int32(_byExpiry.Count);
        foreach (Lease lease in _byExpiry)
        {
            writer.Client(lease.Holder.Client);
            writer.UInt64(lease.Id.Value);
            writer.Int64(lease.Version.Number);
            writer.Byte((byte)lease.Kind);
            writer.Duration(time.GetElapsedTime(lease.Since));
            writer.Byte(lease.Renewals);
        }
    }

    /// <summary>Reads saved leases. IDs continue from the saved counter and seed, not from <see cref="FederatedServerOptions.Seed"/>, so that none repeats.</summary>
    public void Load(ref StateReader reader, ClientTable clients, bool hasRenewals)
    {
        const int MinBytes = 27;
        _origin = reader.UInt64();
        _issued = reader.UInt64();
        _version = new ModelVersion(reader.Int64("version of assignments"));
        _acceptedInVersion = reader.Int32("number of accepted updates");
        _buffer = reader.Int64("number of the buffer");
        int count = reader.Count("number of leases", MinBytes);
        for (int i = 0; i < count; i++)
        {
            ClientRecord holder = clients.Find(reader.Client()) is { Lease: null } known ? known : throw StateReader.Bad("holder of a lease", i);
            Add(new Lease(
                holder,
                new UpdateId(reader.UInt64()),
                new ModelVersion(reader.Int64("version of a lease")),
                ReadKind(reader.Byte()),
                time.GetTimestampBefore(reader.Duration("age of a lease")),
                hasRenewals ? reader.Byte() : default));
        }

        _waiting = clients.NewestFirst.Count(IsWaiting);
    }

    private void EndExpired()
    {
        while (_byExpiry.First is { } oldest && time.GetElapsedTime(oldest.Value.Since) >= options.LeaseDuration)
        {
            End(oldest);
        }
    }

    private void Issue(ClientRecord client, LeaseKind kind, UpdateId id, ModelVersion version)
    {
        if (client.Lease is { } own)
        {
            End(own);
        }

        Add(new Lease(client, id, version, kind, time.GetTimestamp()));
    }

    private void Add(in Lease lease)
    {
        lease.Holder.Lease = _byExpiry.AddLast(lease);
        _atWorkInVersion += TakesPlace(lease) ? 1 : 0;
        _active[(int)lease.Kind]++;
    }

    private void End(LinkedListNode<Lease> lease)
    {
        _byExpiry.Remove(lease);
        lease.Value.Holder.Lease = null;
        _atWorkInVersion -= TakesPlace(lease.Value) ? 1 : 0;
        _active[(int)lease.Value.Kind]--;
    }

    private static LeaseKind ReadKind(byte kind) => Enum.IsDefined((LeaseKind)kind) ? (LeaseKind)kind : throw StateReader.Bad("kind of a lease", kind);

    private bool TakesPlace(in Lease lease) => lease.Kind == LeaseKind.Training && lease.Version == _version;
}
