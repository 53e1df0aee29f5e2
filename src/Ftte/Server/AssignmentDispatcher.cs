using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Diagnostics;
using Ftte.Selection;
using Ftte.State;

namespace Ftte;

/// <summary>Assigns work: decides whether a device receives work, whether it trains or measures, and which coordinates it lacks.</summary>
/// <remarks>
/// Thread-safe. One lock guards all related state, so that a check-out uses a consistent version, lease table and selection. The lock is held for
/// look-ups only, never while parameters are copied or updates are aggregated.
/// </remarks>
internal sealed partial class AssignmentDispatcher
{
    private readonly Lock _lock = new();
    private readonly FederatedServerOptions _options;
    private readonly VersionFeed _feed;
    private readonly SelectionHistory _selections;
    private readonly DeviceRegistry _registry;
    private readonly ParameterLayout _layout;
    private readonly ClientTable _clients;
    private readonly LeaseTable _leases;
    private RefreshLog _refreshes;
    private readonly PublicationPace _pace;
    private readonly SurveyCollector? _survey;
    private readonly EvaluationCollector? _evaluation;
    private readonly StallMonitor _stalls;
    private readonly ServerJournal? _journal;
    private readonly long _minimumMemoryBytes;
    private long _requiredMemoryBytes;
    private float _stepScale = 1;
    private bool _isTrainingEnded;

    /// <summary>Creates a dispatcher.</summary>
    /// <param name="feed">The published versions.</param>
    /// <param name="selections">The announced selections.</param>
    /// <param name="registry">The known devices.</param>
    /// <param name="options">The options of the server.</param>
    /// <param name="time">The clock.</param>
    /// <param name="reselection">The options of reselection; null if the selection does not change.</param>
    /// <param name="limits">The limits of the aggregator's buffer; null if unknown.</param>
    /// <param name="journal">Records changes in the order in which they take effect; null to record nothing.</param>
    /// <param name="evaluation">The options of evaluations; null for none.</param>
    public AssignmentDispatcher(
        VersionFeed feed,
        SelectionHistory selections,
        DeviceRegistry registry,
        FederatedServerOptions options,
        TimeProvider time,
        ReselectionOptions? reselection = null,
        BufferLimits? limits = null,
        ServerJournal? journal = null,
        EvaluationOptions? evaluation = null)
    {
        _journal = journal;
        (_feed, _selections, _registry, _options) = (feed, selections, registry, options);
        ModelSnapshot start = feed.Current;
        _layout = start.Layout;
        _clients = new ClientTable(options, time);
        _leases = new LeaseTable(options, time);
        _leases.SetVersion(start.Version);
        _refreshes = new RefreshLog(start, options.RefreshHistory);
        _pace = new PublicationPace(options.BusyRetryAfter, time);
        _survey = reselection is { Probes: > 0 } ? new SurveyCollector(_layout, reselection.Probes) : null;
        _evaluation = evaluation is null ? null : new EvaluationCollector(evaluation, start);
        _stalls = new StallMonitor(options, _clients, _leases, limits, _pace, time);
        _minimumMemoryBytes = reselection is { MemoryBudgetBytes: null } ? reselection.MinPeakBytes : 0;
        _requiredMemoryBytes = options.RequiredMemoryBytes;
    }

    /// <summary>Gets the number of devices at work.</summary>
    public int LeaseCount
    {
        get
        {
            lock (_lock)
            {
                return _leases.Count;
            }
        }
    }

    /// <summary>Gets a value that indicates whether the limits allow another assignment.</summary>
    public bool CanAssign
    {
        get
        {
            lock (_lock)
            {
                return !_isTrainingEnded && _leases.CanIssue;
            }
        }
    }

    /// <summary>Gets the number of assignments for training that the limits allow.</summary>
    public int FreeAssignments
    {
        get
        {
            lock (_lock)
            {
                return _leases.FreeCount;
            }
        }
    }

    /// <summary>Gets the time until the next lease expires, rounded up to whole milliseconds, which timers count; null if there is none.</summary>
    public TimeSpan? UntilLeaseExpires
    {
        get
        {
            lock (_lock)
            {
                return _leases.UntilExpiry is { } wait ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : null;
            }
        }
    }

    /// <summary>Gets the number of clients that have used their share of the current buffer.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_lock)
            {
                return _leases.WaitingCount;
            }
        }
    }

    /// <summary>Gets the number of clients with a record.</summary>
    public int ClientCount
    {
        get
        {
            lock (_lock)
            {
                return _clients.Count;
            }
        }
    }

    /// <summary>Gets the time since the last version, or since the server started.</summary>
    public TimeSpan SincePublication
    {
        get
        {
            lock (_lock)
            {
                return _stalls.SincePublication;
            }
        }
    }

    /// <summary>Returns the clients that were seen last.</summary>
    public ImmutableArray<KnownClient> GetClients(int max)
    {
        lock (_lock)
        {
            return [.. _clients.NewestFirst.Take(max).Select(_leases.Describe)];
        }
    }

    /// <summary>Determines whether a client gets no training before the next version.</summary>
    public bool AwaitsNextVersion(ClientId client)
    {
        lock (_lock)
        {
            return _clients.Find(client) is { } record && _leases.IsWaiting(record);
        }
    }

    public bool Admits(ClientId client) => client.Value.Length > 0 && (!_options.RequireRegistration || _registry.IsRegistered(client));

    /// <summary>Determines whether an update answers an assignment that was issued to its client. If so, records that the client was seen.</summary>
    public bool IsAssigned(in UpdateHeader header)
    {
        lock (_lock)
        {
            if (_clients.Find(header.Client)?.IsAssigned(header) != true)
            {
                return false;
            }

            _clients.Touch(header.Client);
            return true;
        }
    }

    /// <summary>Returns the reason why no version is published, if it is to be reported now.</summary>
    public Stall? FindStall()
    {
        lock (_lock)
        {
            return _isTrainingEnded ? null : _stalls.Check();
        }
    }

    /// <summary>Creates the response to a request for work. Does not write to the buffer.</summary>
    /// <param name="device">The request.</param>
    /// <param name="parameterCount">The number of parameters that the device has room for.</param>
    /// <param name="model">Receives the version to copy from; null if no work is assigned.</param>
    public CheckOutResponse Assign(CheckOutRequest device, int parameterCount, out ModelSnapshot? model)
    {
        CheckOutResponse answer = AssignCore(device, parameterCount, out model);
        lock (_lock)
        {
            _stalls.CheckedOut(answer.Outcome);
        }

        return answer;
    }

    /// <summary>Ends the lease that an update answers if the receipt is final; otherwise adds the time to wait before a retry.</summary>
    public UpdateReceipt Settle(in UpdateHeader header, UpdateReceipt receipt)
    {
        lock (_lock)
        {
            _stalls.Answered(receipt.Outcome);
            if (_clients.Find(header.Client) is not { } client || receipt.Outcome is UpdateOutcome.Busy or UpdateOutcome.Stopped)
            {
                return receipt;
            }

            if (receipt.AwaitsNextVersion || receipt.Outcome == UpdateOutcome.ClientQuota)
            {
                _leases.Wait(client);
            }

            if (receipt.Outcome == UpdateOutcome.ClientQuota)
            {
                return receipt with { RetryAfter = receipt.RetryAfter ?? _pace.UntilNext };
            }

            if (_leases.End(client, header.Id, receipt.IsAccepted) && !receipt.IsAccepted)
            {
                _journal?.Released(header.Client, header.Id);
            }

            return receipt;
        }
    }

    /// <summary>Ends the lease of an update after its aggregation failed. The update may be submitted again.</summary>
    public void Release(ClientId id, UpdateId update)
    {
        lock (_lock)
        {
            if (_clients.Find(id) is { } client && _leases.End(client, update, accepted: false))
            {
                _journal?.Released(id, update);
            }
        }
    }

    /// <summary>Renews the lease of an assignment.</summary>
    /// <returns>False if it has ended or must not be renewed.</returns>
    public bool Renew(ClientId id, UpdateId update)
    {
        lock (_lock)
        {
            if (_clients.Find(id) is not { } client || !_leases.TryRenew(client, update))
            {
                return false;
            }

            _clients.Touch(id);
            _journal?.Renewed(id, update, client.Lease!.Value.Renewals);
            return true;
        }
    }

    public void Publish(ModelSnapshot published)
    {
        lock (_lock)
        {
            _refreshes.Publish(published);
            _pace.Published();
            _leases.BeginBuffer(published.Version);
            _stalls.Published();
            _feed.Publish(published);
        }
    }

    /// <summary>Records that a version was refused. The buffer was discarded, so every client has its full share again.</summary>
    public void Refuse()
    {
        lock (_lock)
        {
            _leases.BeginBuffer(_feed.Current.Version);
            _stalls.Refused();
        }
    }

    public SelectionVersion ChangeSelection(ParameterSelection selection, long requiredMemoryBytes)
    {
        lock (_lock)
        {
            SelectionVersion version = _selections.Announce(selection);
            _requiredMemoryBytes = requiredMemoryBytes;
            _journal?.SelectionChanged(version, selection, requiredMemoryBytes);
            return version;
        }
    }

    /// <summary>Records that a reselection left the selection as it is.</summary>
    public void KeepSelection()
    {
        lock (_lock)
        {
            (SelectionVersion version, ParameterSelection selection) = _selections.Current;
            _journal?.SelectionChanged(version, selection, _requiredMemoryBytes);
        }
    }

    public void ChangeStepScale(float scale)
    {
        lock (_lock)
        {
            _stepScale = scale;
            _journal?.StepScaleChanged(scale);
        }
    }

    public void Save(StateWriter writer)
    {
        lock (_lock)
        {
            writer.Int64(_requiredMemoryBytes);
            _refreshes.Save(writer);
            _pace.Save(writer);
            _clients.Save(writer);
            _leases.Save(writer);
            writer.Flag(_survey is not null);
            _survey?.Save(writer);
            writer.Flag(_evaluation is not null);
            if (_evaluation is { } evaluation)
            {
                EvaluationState.WriteSection(writer, section => evaluation.Save(section, _clients));
            }

            writer.Double(_stepScale);
        }
    }

    public void Load(ref StateReader reader, bool isFormat2)
    {
        lock (_lock)
        {
            _requiredMemoryBytes = reader.Int64("required memory");
            _refreshes = RefreshLog.Load(ref reader, _feed.Current, _options.RefreshHistory);
            _pace.Load(ref reader);
            _clients.Load(ref reader);
            _leases.Load(ref reader, _clients, isFormat2);
            if (reader.Flag("flag of a survey"))
            {
                // A server without surveys skips the survey of a state that has one.
                (_survey ?? new SurveyCollector(_layout, probes: 1)).Load(ref reader);
            }

            if (!isFormat2)
            {
                return;
            }

            if (reader.Flag("flag of evaluations"))
            {
                var section = new StateReader(reader.Bytes("evaluations"));
                _evaluation?.Load(ref section, _clients);
            }

            _stepScale = (float)reader.Positive("step scale");
        }
    }

    private CheckOutResponse AssignCore(CheckOutRequest device, int parameterCount, out ModelSnapshot? model)
    {
        model = null;
        if (!Admits(device.Client))
        {
            return new CheckOutResponse(CheckOutOutcome.UnknownClient);
        }

        if (device.LayoutFingerprint != _layout.Fingerprint)
        {
            return new CheckOutResponse(CheckOutOutcome.LayoutMismatch);
        }

        if (parameterCount != _layout.ParameterCount)
        {
            throw new ArgumentException($"The buffer has {parameterCount} values, but the model has {_layout.ParameterCount} parameters. Specify a buffer with one value per parameter.", nameof(parameterCount));
        }

        if (!_options.RequireRegistration && !device.NeverTrains)
        {
            // Also if the device has too little memory, because the next selection may be chosen for it.
            _registry.Observe(device.Client, device.MemoryBudgetBytes);
        }

        lock (_lock)
        {
            if (!device.NeverTrains && device.MemoryBudgetBytes < Math.Max(_requiredMemoryBytes, _minimumMemoryBytes))
            {
                return new CheckOutResponse(CheckOutOutcome.NotEnoughMemory);
            }

            ModelSnapshot current = _feed.Current;
            ClientRecord client = Touch(device.Client);
            client.NeverTrains = device.NeverTrains;
            LeaseKind kind = ChooseWork(device, client);
            if (kind == LeaseKind.Training && (_isTrainingEnded || device.NeverTrains))
            {
                return _isTrainingEnded ? new CheckOutResponse(CheckOutOutcome.TrainingEnded) : new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: _pace.UntilNext);
            }

            LeaseTable.Answer answer = _leases.TryIssue(client, kind, out UpdateId id);
            if (answer != LeaseTable.Answer.Granted)
            {
                TimeSpan wait = answer == LeaseTable.Answer.AwaitsNextVersion ? _pace.UntilNext : _options.BusyRetryAfter;
                return new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: wait);
            }

            (UpdateContent content, model) = Begin(kind, client, id, current);
            TrainingAssignment assignment = Describe(device, id, model, content);
            var issued = new IssuedAssignment(id, assignment.Version, assignment.ModelFingerprint, assignment.SelectionVersion, assignment.Content);
            client.Add(issued);
            _journal?.Assigned(device.Client, device.NeverTrains ? null : device.MemoryBudgetBytes, _leases.IssuedCount - 1, issued);
            return new CheckOutResponse(CheckOutOutcome.Assigned, assignment);
        }
    }

    private ClientRecord Touch(ClientId id)
    {
        ClientRecord client = _clients.Touch(id);
        while (_clients.RemoveExpired() is { } removed)
        {
            _leases.Remove(removed);
        }

        return client;
    }

    private TrainingAssignment Describe(CheckOutRequest device, UpdateId id, ModelSnapshot model, UpdateContent content)
    {
        (SelectionVersion selectionVersion, ParameterSelection selection) = _selections.Current;
        return new TrainingAssignment(
            device.Client,
            id,
            _layout.Fingerprint,
            model.Version,
            selectionVersion,
            selection,
            FindLacking(device, model),
            content,
            _options.LeaseDuration,
            model.Fingerprint)
        {
            StepScale = _stepScale,
        };
    }
}
