using System.Buffers;
using System.Collections.Immutable;
using Ftte.PostgreSql;
using Ftte.Serialization;

namespace Ftte.Orleans;

/// <summary>Assigns work to the clients of a shard, as a single server does to its clients, and keeps their assignments in the database.</summary>
/// <remarks>Not thread-safe. Leases are not kept: after a failure, a lease that had not ended begins again.</remarks>
internal sealed class ShardClients
{
    private readonly LocalFederation _federation;
    private readonly FederatedServerOptions _options;
    private readonly DispatchState _state;
    private readonly AssignmentTerms _terms;
    private readonly SurveyCollector? _survey;
    private readonly AssignmentDispatcher _dispatcher;
    private readonly IssuedAssignments _issued;
    private readonly BatchWriter<ClusterClient> _writer;
    private readonly BatchWriter<(ClientId Client, long MemoryBudgetBytes)> _budgets;
    private readonly BudgetReports _reports;
    private SurveyStatus? _surveyStatus;

    /// <param name="federation">The federation.</param>
    /// <param name="shard">The number of the shard.</param>
    /// <param name="state">The state with which the current buffer begins.</param>
    /// <param name="activation">The number of this activation of the shard. Another activation issues other IDs.</param>
    public ShardClients(LocalFederation federation, int shard, PublishedState state, long activation)
    {
        _federation = federation;
        _options = ClusterOptionsGuard.Divide(federation.Server, federation.Cluster.Shards, shard, federation.Server.Seed + (ulong)activation);
        _state = new DispatchState(state.Model, _options, federation.Time, limits: null, journal: null, limited: null);
        _terms = new AssignmentTerms(_state, federation.Selections, _options, federation.Reselection);

        // At least one device per shard, and rounded up, because a shard can have no device that can measure. The publisher closes the survey when it has as many answers as required.
        _survey = federation.Reselection is { ProbeCount: > 0 and var probes } ? new SurveyCollector(_state, (probes + federation.Cluster.Shards - 1) / federation.Cluster.Shards) : null;
        _dispatcher = new AssignmentDispatcher(_state, _terms, federation.Registry, _survey, evaluation: null, _options);
        _issued = new IssuedAssignments(_state);
        _writer = new BatchWriter<ClusterClient>(clients => federation.Store.WriteClientsAsync(shard, clients, CancellationToken.None));
        _budgets = new BatchWriter<(ClientId Client, long MemoryBudgetBytes)>(budgets => federation.Store.WriteBudgetsAsync(shard, budgets, CancellationToken.None));
        _reports = new BudgetReports(_options.ClientRetention / 2, _options.MaxClients, federation.Time);
        Follow(state);
    }

    /// <summary>Gets the number of the buffer for which work is assigned.</summary>
    public long Buffer { get; private set; }

    public ModelVersion Version => _state.Feed.Current.Version;

    public TimeSpan UntilNextVersion => _state.Pace.UntilNext;

    public DispatchStatus Status => _state.GetStatus();

    public ImmutableArray<KnownClient> GetNewest(int max) => _state.GetClients(max);

    public bool Admits(ClientId client) => _dispatcher.Admits(client);

    /// <summary>Gets the number of the latest survey; null if no device is asked.</summary>
    public long? Survey => _surveyStatus?.Number;

    /// <summary>Adds a record from the database.</summary>
    public void Restore(ClusterClient saved, ulong number)
    {
        var reader = new StateReader(saved.Bytes);
        lock (_state.Lock)
        {
            ClientRecord client = _state.Touch(saved.Client);
            for (int count = reader.Byte(); count > 0; count--)
            {
                Add(client, IssuedAssignment.Load(ref reader));
            }

            reader.End();
            if (saved.IsAtWork)
            {
                IssuedAssignment last = client.Assignments[^1];
                _state.Leases.Replay(client, last.Content == UpdateContent.Importance ? LeaseKind.Importance : LeaseKind.Training, number, last);
            }
        }
    }

    /// <summary>Adds the answer of a client of this shard to the latest survey. Called after <see cref="Restore"/>.</summary>
    public void RestoreAnswer(SurveyAnswer answer)
    {
        lock (_state.Lock)
        {
            _survey!.RestoreAnswer(_state.Clients.Find(answer.Client), answer.Id, answer.Values);
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
                    Add(client, issued);
                }
            }

            reader.End();
        }
    }

    /// <summary>Answers a request for work. An assignment is durable when the task ends.</summary>
    /// <exception cref="Storage.StoreException">The assignment could not be written.</exception>
    public async Task<CheckOutResponse> CheckOutAsync(CheckOutRequest request)
    {
        long? budget = _federation.Reselection is null || _options.RequireRegistration || request.NeverTrains ? null : request.MemoryBudgetBytes;
        CheckOutResponse response = _dispatcher.Assign(request, _state.Layout.ParameterCount, out _);
        try
        {
            if (response.Assignment is { } assignment)
            {
                await _writer.WriteAsync(Save(request.Client, assignment.UpdateId, budget)).ConfigureAwait(true);
            }
            else if (response.Outcome is CheckOutOutcome.Busy or CheckOutOutcome.NotEnoughMemory && budget is { } reported && _reports.TryBegin(request.Client, reported))
            {
                // The next selection may be chosen for this device.
                await _budgets.WriteAsync((request.Client, reported)).ConfigureAwait(true);
            }

            return response;
        }
        catch
        {
            if (response.Assignment is { } assignment)
            {
                _issued.Release(request.Client, assignment.UpdateId);
            }

            _reports.Remove(request.Client);
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

    /// <summary>Returns the outcome that the answer to a survey would have if it was written to the database.</summary>
    public UpdateOutcome CheckAnswer(in UpdateHeader header, ReadOnlySpan<float> values) => _survey?.Check(header, values) ?? UpdateOutcome.TooStale;

    /// <summary>Adds an answer that is in the database, unless it was added before or the survey has ended.</summary>
    public void AddAnswer(in UpdateHeader header, ReadOnlyMemory<float> values) => _survey!.Answer(header, values, out _);

    /// <summary>Ends the lease that an update answers, if the receipt is final.</summary>
    public UpdateReceipt Settle(in UpdateHeader header, in UpdateReceipt receipt) => _issued.Settle(header, receipt);

    /// <summary>Begins the next buffer.</summary>
    /// <param name="state">The state with which it begins. Its version is the same as before if a version was refused.</param>
    public void BeginBuffer(PublishedState state)
    {
        ModelSnapshot current = state.Model;
        if (current.Version == Version)
        {
            _state.Refuse();
        }
        else
        {
            // The changes of a version that this silo did not see are unknown.
            _state.Publish(current, current.Version == Version.Next ? current.Changed : null);
        }

        Follow(state);
    }

    /// <summary>Assigns the selection of a buffer and asks devices in its survey.</summary>
    private void Follow(PublishedState state)
    {
        Buffer = state.Buffer;
        _surveyStatus = state.Survey;
        _terms.Follow((state.Selection.Version, state.Selection.Selection), state.Selection.RequiredMemoryBytes);
        if (state.Survey is { } survey)
        {
            _survey!.Follow(survey.Number, survey.IsOpen);
        }
    }

    /// <summary>Adds a saved assignment. The caller holds the lock.</summary>
    private void Add(ClientRecord client, in IssuedAssignment issued)
    {
        client.Add(issued);
        if (issued.Content == UpdateContent.Importance && _surveyStatus is { IsOpen: true } survey && issued.BaseVersion >= survey.OpenedAt)
        {
            _survey!.RestoreAsked(client, issued.Id);
        }
    }

    private ClusterClient Save(ClientId id, UpdateId assignment, long? budget)
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

        return new ClusterClient(id, assignment, output.WrittenSpan.ToArray(), IsAtWork: true, budget);
    }
}
