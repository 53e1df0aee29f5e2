using System.Buffers;
using System.Collections.Immutable;
using Ftte.PostgreSql;
using Ftte.Serialization;

namespace Ftte.Orleans;

/// <summary>Assigns work to the clients of a shard, as a single server does to its clients, and keeps their assignments in the database.</summary>
/// <remarks>Not thread-safe. Leases are not kept: after a failure, a lease that had not ended begins again.</remarks>
internal sealed class ShardClients
{
    private readonly FederatedServerOptions _options;
    private readonly DispatchState _state;
    private readonly AssignmentDispatcher _dispatcher;
    private readonly IssuedAssignments _issued;
    private readonly BatchWriter<ClusterClient> _writer;

    /// <param name="federation">The federation.</param>
    /// <param name="shard">The number of the shard.</param>
    /// <param name="model">The current version.</param>
    /// <param name="activation">The number of this activation of the shard. Another activation issues other IDs.</param>
    public ShardClients(LocalFederation federation, int shard, ModelSnapshot model, long activation)
    {
        _options = ClusterOptionsGuard.Divide(federation.Server, federation.Cluster.Shards, shard, federation.Server.Seed + (ulong)activation);
        _state = new DispatchState(model, _options, federation.Time, limits: null, journal: null, limited: null);
        _dispatcher = new AssignmentDispatcher(_state, new AssignmentTerms(_state, federation.Selections, _options, reselection: null), federation.Registry, survey: null, evaluation: null, _options);
        _issued = new IssuedAssignments(_state);
        _writer = new BatchWriter<ClusterClient>(clients => federation.Store.WriteClientsAsync(shard, clients, CancellationToken.None));
    }

    public ModelVersion Version => _state.Feed.Current.Version;

    public TimeSpan UntilNextVersion => _state.Pace.UntilNext;

    public DispatchStatus Status => _state.GetStatus();

    public ImmutableArray<KnownClient> GetNewest(int max) => _state.GetClients(max);

    public bool Admits(ClientId client) => _dispatcher.Admits(client);

    /// <summary>Adds a record from the database.</summary>
    public void Restore(ClusterClient saved, ulong number)
    {
        var reader = new StateReader(saved.Bytes);
        lock (_state.Lock)
        {
            ClientRecord client = _state.Touch(saved.Client);
            for (int count = reader.Byte(); count > 0; count--)
            {
                client.Add(IssuedAssignment.Load(ref reader));
            }

            reader.End();
            if (saved.IsAtWork)
            {
                _state.Leases.Replay(client, LeaseKind.Training, number, client.Assignments[^1]);
            }
        }
    }

    /// <summary>Adds the assignments of a record from the database that are not known, without a lease.</summary>
    public void AddUnknown(ClusterClient saved)
    {
        var reader = new StateReader(saved.Bytes);
        lock (_state.Lock)
        {
            ClientRecord client = _state.Touch(saved.Client);
            for (int count = reader.Byte(); count > 0; count--)
            {
                IssuedAssignment issued = IssuedAssignment.Load(ref reader);
                if (!client.Assignments.Contains(issued))
                {
                    client.Add(issued);
                }
            }

            reader.End();
        }
    }

    /// <summary>Answers a request for work. An assignment is durable when the task ends.</summary>
    /// <exception cref="Storage.StoreException">The assignment could not be written.</exception>
    public async Task<CheckOutResponse> CheckOutAsync(CheckOutRequest request)
    {
        CheckOutResponse response = _dispatcher.Assign(request, _state.Layout.ParameterCount, out _);
        if (response.Assignment is not { } assignment)
        {
            return response;
        }

        try
        {
            await _writer.WriteAsync(Save(request.Client, assignment.UpdateId)).ConfigureAwait(true);
            return response;
        }
        catch
        {
            _issued.Release(request.Client, assignment.UpdateId);
            throw;
        }
    }

    public bool Renew(ClientId client, UpdateId assignment) => _dispatcher.Admits(client) && _issued.Renew(client, assignment);

    /// <summary>Returns the outcome with which an update is rejected before its values are looked at; null if it may be folded.</summary>
    public UpdateOutcome? FindFault(in UpdateHeader header) =>
        !_dispatcher.Admits(header.Client) ? UpdateOutcome.UnknownClient
        : header.LayoutFingerprint != _state.Layout.Fingerprint ? UpdateOutcome.LayoutMismatch
        : !_issued.AreAnsweredBy(header) ? UpdateOutcome.NotAssigned
        : null;

    /// <summary>Ends the lease that an update answers, if the receipt is final.</summary>
    public UpdateReceipt Settle(in UpdateHeader header, in UpdateReceipt receipt) => _issued.Settle(header, receipt);

    /// <summary>Begins the next buffer.</summary>
    /// <param name="current">The current version; the same as before if a version was refused.</param>
    public void BeginBuffer(ModelSnapshot current)
    {
        if (current.Version == Version)
        {
            _state.Refuse();
        }
        else
        {
            // The changes of a version that this silo did not see are unknown.
            _state.Publish(current, current.Version == Version.Next ? current.Changed : null);
        }
    }

    private ClusterClient Save(ClientId id, UpdateId assignment)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new StateWriter(output);
        lock (_state.Lock)
        {
            ReadOnlySpan<IssuedAssignment> assignments = _state.Clients.Find(id)!.Assignments;
            writer.Byte((byte)assignments.Length);
            foreach (IssuedAssignment issued in assignments)
            {
                issued.Save(writer);
            }
        }

        return new ClusterClient(id, assignment, output.WrittenSpan.ToArray(), IsAtWork: true);
    }
}
