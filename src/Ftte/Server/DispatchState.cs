using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Diagnostics;
using Ftte.Serialization;

namespace Ftte;

/// <summary>Stores the clients, their leases and the changes between versions, from which check-outs and answers to them are decided.</summary>
/// <remarks>
/// One lock guards all of it, so that a check-out uses a consistent version, lease table and selection. The methods of this class take the lock. Code that uses several parts takes
/// <see cref="Lock"/> first, for look-ups only, never while parameters are copied or updates are aggregated. The lock may be taken again by its holder.
/// </remarks>
internal sealed class DispatchState
{
    private readonly int _refreshHistory;
    private readonly StallMonitor _stalls;
    private readonly ILimitedAggregator? _limited;
    private volatile bool _isTrainingEnded;

    /// <param name="start">The current version.</param>
    /// <param name="options">The options of the server.</param>
    /// <param name="time">The clock.</param>
    /// <param name="limits">The limits of the aggregator's buffer; null if unknown.</param>
    /// <param name="journal">Records changes in the order in which they take effect; null to record nothing.</param>
    /// <param name="limited">Decides whether a client may contribute; null if all may.</param>
    public DispatchState(ModelSnapshot start, FederatedServerOptions options, TimeProvider time, BufferLimits? limits, ServerJournal? journal, ILimitedAggregator? limited)
    {
        _limited = limited;
        Layout = start.Layout;
        Feed = new VersionFeed(start);
        Clients = new ClientTable(options, time);
        Leases = new LeaseTable(options, time);
        Leases.SetVersion(start.Version);
        _refreshHistory = options.RefreshHistory;
        Refreshes = new RefreshLog(start, _refreshHistory);
        Pace = new PublicationPace(options.BusyRetryAfter, time);
        _stalls = new StallMonitor(options, Clients, Leases, limits, Pace, time);
        Journal = journal;
    }

    public Lock Lock { get; } = new();

    /// <summary>Gets the published versions. May be read without the lock.</summary>
    public VersionFeed Feed { get; }

    public ClientTable Clients { get; }

    public LeaseTable Leases { get; }

    public RefreshLog Refreshes { get; private set; }

    public PublicationPace Pace { get; }

    /// <summary>Gets the journal of the changes; null if nothing is recorded. May be used without the lock.</summary>
    public ServerJournal? Journal { get; }

    public ParameterLayout Layout { get; }

    /// <summary>Gets a value that indicates whether no more training is assigned. May be read without the lock.</summary>
    public bool IsTrainingEnded => _isTrainingEnded;

    /// <summary>Determines whether a client may contribute to the next version. May be called without the lock.</summary>
    public ParticipationStatus GetParticipation(ClientId client) => _limited?.GetParticipation(client) ?? ParticipationStatus.Allowed;

    /// <summary>Determines whether the devices at work suffice for all updates that the aggregator can still use. The caller holds the lock.</summary>
    public bool HasEnoughAtWork => _limited is IBudgetedAggregator budgeted && Leases.Count >= budgeted.RemainingUpdates;

    /// <summary>Returns the numbers of clients and leases at this moment.</summary>
    public DispatchStatus GetStatus()
    {
        lock (Lock)
        {
            return new DispatchStatus(
                Leases.Count,
                Leases.FreeCount,
                !IsTrainingEnded && Leases.CanIssue && !HasEnoughAtWork,
                Leases.UntilExpiry is { } wait ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : null,
                Leases.WaitingCount,
                Clients.Count,
                _stalls.SincePublication);
        }
    }

    /// <summary>Returns the clients that were seen last.</summary>
    public ImmutableArray<KnownClient> GetClients(int max)
    {
        lock (Lock)
        {
            return [.. Clients.NewestFirst.Take(max).Select(Leases.Describe)];
        }
    }

    /// <summary>Determines whether a client gets no training before the next version.</summary>
    public bool AwaitsNextVersion(ClientId client)
    {
        lock (Lock)
        {
            return (Clients.Find(client) is { } record && Leases.IsWaiting(record)) || GetParticipation(client) == ParticipationStatus.AwaitsVersion;
        }
    }

    /// <summary>Records that a client asks for work and returns its record. Removes expired records with their leases.</summary>
    public ClientRecord Touch(ClientId id)
    {
        lock (Lock)
        {
            ClientRecord client = Clients.Touch(id);
            while (Clients.RemoveExpired() is { } removed)
            {
                Leases.Remove(removed);
            }

            return client;
        }
    }

    /// <summary>Records the answer to a check-out.</summary>
    public void CheckedOut(CheckOutOutcome outcome)
    {
        lock (Lock)
        {
            _stalls.CheckedOut(outcome);
        }
    }

    /// <summary>Records the answer to an update.</summary>
    public void Answered(UpdateOutcome outcome)
    {
        lock (Lock)
        {
            _stalls.Answered(outcome);
        }
    }

    /// <summary>Returns the reason why no version is published, if it is to be reported now.</summary>
    public Stall? FindStall()
    {
        lock (Lock)
        {
            return IsTrainingEnded ? null : _stalls.Check();
        }
    }

    /// <summary>Returns the coordinates that have changed since an earlier version; all if the version is unknown.</summary>
    public ParameterSelection GetChangedSince(ModelSnapshot earlier)
    {
        lock (Lock)
        {
            return Refreshes.Since(earlier.Version, earlier.Fingerprint);
        }
    }

    /// <param name="published">The version.</param>
    /// <param name="changed">The coordinates in which it differs from the version before; null if unknown.</param>
    public void Publish(ModelSnapshot published, ParameterSelection? changed)
    {
        lock (Lock)
        {
            Refreshes.Publish(published, changed);
            Pace.Published();
            Leases.BeginBuffer(published.Version);
            _stalls.Published();
            Feed.Publish(published);
        }
    }

    /// <summary>Records that a version was refused. The buffer was discarded, so every client has its full share again.</summary>
    public void Refuse()
    {
        lock (Lock)
        {
            Leases.BeginBuffer(Feed.Current.Version);
            _stalls.Refused();
        }
    }

    /// <summary>Assigns no more training from now on.</summary>
    public void EndTraining()
    {
        lock (Lock)
        {
            _isTrainingEnded = true;
        }
    }

    public void Save(StateWriter writer)
    {
        lock (Lock)
        {
            Refreshes.Save(writer);
            Pace.Save(writer);
            Clients.Save(writer);
            Leases.Save(writer);
        }
    }

    public void Load(ref StateReader reader, bool hasRenewals)
    {
        lock (Lock)
        {
            Refreshes = RefreshLog.Load(ref reader, Feed.Current, _refreshHistory);
            Pace.Load(ref reader);
            Clients.Load(ref reader);
            Leases.Load(ref reader, Clients, hasRenewals);
        }
    }
}
