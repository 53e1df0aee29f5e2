using Ftte.Aggregation;
using Ftte.Diagnostics;
using Ftte.Selection;
using Ftte.State;

namespace Ftte;

/// <summary>Gives out work: whether a device gets some, whether it trains or measures, and what it lacks of the model.</summary>
/// <remarks>
/// Thread-safe. One lock guards everything that belongs together, so that a check-out sees version, leases and selection of one moment; it is held for
/// look-ups only, never while parameters are copied or updates folded.
/// </remarks>
internal sealed class AssignmentDispatcher
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
    private readonly StallMonitor _stalls;
    private readonly long _minimumMemoryBytes;
    private long _requiredMemoryBytes;

    /// <summary>Opens the desk.</summary>
    /// <param name="feed">The versions.</param>
    /// <param name="selections">The selections.</param>
    /// <param name="registry">The devices known.</param>
    /// <param name="options">The settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="reselection">How the selection changes; null if it does not.</param>
    /// <param name="limits">What is known of the aggregator's buffer.</param>
    public AssignmentDispatcher(
        VersionFeed feed,
        SelectionHistory selections,
        DeviceRegistry registry,
        FederatedServerOptions options,
        TimeProvider time,
        ReselectionOptions? reselection = null,
        BufferLimits? limits = null)
    {
        (_feed, _selections, _registry, _options) = (feed, selections, registry, options);
        ModelSnapshot start = feed.Current;
        _layout = start.Layout;
        _clients = new ClientTable(options, time);
        _leases = new LeaseTable(options, time);
        _leases.SetVersion(start.Version);
        _refreshes = new RefreshLog(start, options.RefreshHistory);
        _pace = new PublicationPace(options.BusyRetryAfter, time);
        _survey = reselection is { Probes: > 0 } ? new SurveyCollector(_layout, reselection.Probes) : null;
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

    /// <summary>Gets whether the limits allow another assignment.</summary>
    public bool CanAssign
    {
        get
        {
            lock (_lock)
            {
                return _leases.CanIssue;
            }
        }
    }

    /// <summary>Gets the number of clients whose share of the current buffer is used up.</summary>
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

    /// <summary>Determines whether a client gets no training before the next version.</summary>
    public bool AwaitsNextVersion(ClientId client)
    {
        lock (_lock)
        {
            return _clients.Find(client) is { } record && _leases.IsWaiting(record);
        }
    }

    public bool Admits(ClientId client) => client.Value.Length > 0 && (!_options.RequireRegistration || _registry.IsRegistered(client));

    /// <summary>Determines whether an update answers an assignment that was issued to its client, and notes that the client was seen.</summary>
    public bool IsAssigned(in UpdateHeader header)
    {
        lock (_lock)
        {
            if (_clients.Find(header.Client)?.IsAssigned(header) != true)
            {
                return false;
            }

            _clients.See(header.Client);
            return true;
        }
    }

    /// <summary>Returns the reason why no version is published, if it is to be reported now.</summary>
    public Stall? FindStall()
    {
        lock (_lock)
        {
            return _stalls.Check();
        }
    }

    /// <summary>Answers a device that asks for work; writes nothing yet.</summary>
    /// <param name="device">The device.</param>
    /// <param name="parameters">Its buffer, of which only the length matters here.</param>
    /// <param name="model">The version to copy from; null if there is no work.</param>
    public CheckOutResponse Assign(CheckOutRequest device, Memory<float> parameters, out ModelSnapshot? model)
    {
        CheckOutResponse answer = AssignCore(device, parameters, out model);
        lock (_lock)
        {
            _stalls.CheckedOut(answer.Outcome);
        }

        return answer;
    }

    /// <summary>Ends the lease that an update answers if the receipt is final; otherwise says when to come back.</summary>
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

            _leases.End(client, header.Id, receipt.IsAccepted);
            return receipt;
        }
    }

    /// <summary>Ends the lease that an update answers whose aggregation failed. The update may be submitted again.</summary>
    public void Release(in UpdateHeader header)
    {
        lock (_lock)
        {
            if (_clients.Find(header.Client) is { } client)
            {
                _leases.End(client, header.Id, accepted: false);
            }
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

    /// <summary>Notes that a version was refused: the buffer was discarded, so every client has its share again.</summary>
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
            return version;
        }
    }

    /// <summary>Begins to ask devices.</summary>
    /// <returns>Whether a survey was opened; not if one is open.</returns>
    public bool TryOpenSurvey()
    {
        lock (_lock)
        {
            if (_survey!.IsOpen)
            {
                return false;
            }

            _survey.Open();
            return true;
        }
    }

    /// <summary>Takes what a device says the blocks are worth.</summary>
    /// <param name="header">What the update says about itself.</param>
    /// <param name="values">The worth of each block.</param>
    /// <param name="completes">Whether it was the last answer wanted.</param>
    public UpdateOutcome Answer(in UpdateHeader header, ReadOnlySpan<float> values, out bool completes)
    {
        lock (_lock)
        {
            completes = false;
            if (_survey is null)
            {
                return UpdateOutcome.TooStale;
            }

            UpdateOutcome outcome = _clients.Find(header.Client) is { } client ? _survey.Answer(client, header, values) : UpdateOutcome.TooStale;
            completes = outcome == UpdateOutcome.Surveyed && _survey.IsComplete;
            return outcome;
        }
    }

    /// <summary>Asks nobody any more.</summary>
    /// <returns>What was answered. Devices still at it learn that they are too late.</returns>
    public ImportanceSurvey CloseSurvey()
    {
        lock (_lock)
        {
            return _survey!.Close();
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
        }
    }

    public void Load(ref StateReader reader)
    {
        lock (_lock)
        {
            _requiredMemoryBytes = reader.Int64("required memory");
            _refreshes = RefreshLog.Load(ref reader, _feed.Current, _options.RefreshHistory);
            _pace.Load(ref reader);
            _clients.Load(ref reader);
            _leases.Load(ref reader, _clients);
            if (reader.Flag("flag of a survey"))
            {
                // A server that asks no devices any more reads past the survey of one that did.
                (_survey ?? new SurveyCollector(_layout, probes: 1)).Load(ref reader);
            }
        }
    }

    private CheckOutResponse AssignCore(CheckOutRequest device, Memory<float> parameters, out ModelSnapshot? model)
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

        if (parameters.Length != _layout.ParameterCount)
        {
            throw new ArgumentException($"The buffer has {parameters.Length} values, the model {_layout.ParameterCount} parameters.", nameof(parameters));
        }

        if (!_options.RequireRegistration)
        {
            // Also without enough memory: the next selection may be chosen for this device.
            _registry.Observe(device.Client, device.MemoryBudgetBytes);
        }

        lock (_lock)
        {
            if (device.MemoryBudgetBytes < Math.Max(_requiredMemoryBytes, _minimumMemoryBytes))
            {
                return new CheckOutResponse(CheckOutOutcome.NotEnoughMemory);
            }

            ModelSnapshot current = _feed.Current;
            ClientRecord client = See(device.Client);
            bool measures = _survey is not null && _survey.Wants(client, device.CanProbe, _leases.MeasuringCount);
            LeaseTable.Answer answer = _leases.TryIssue(client, trains: !measures, out UpdateId id);
            if (answer != LeaseTable.Answer.Granted)
            {
                TimeSpan wait = answer == LeaseTable.Answer.AwaitsNextVersion ? _pace.UntilNext : _options.BusyRetryAfter;
                return new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: wait);
            }

            if (measures)
            {
                _survey!.Ask(client, id);
            }

            model = current;
            TrainingAssignment assignment = Describe(device, id, current, measures ? UpdateContent.Importance : _options.Content);
            client.Add(new IssuedAssignment(id, assignment.Version, assignment.ModelFingerprint, assignment.SelectionVersion, assignment.Content));
            return new CheckOutResponse(CheckOutOutcome.Assigned, assignment);
        }
    }

    private ClientRecord See(ClientId id)
    {
        ClientRecord client = _clients.See(id);
        while (_clients.RemoveExpired() is { } forgotten)
        {
            _leases.Forget(forgotten);
        }

        return client;
    }

    private TrainingAssignment Describe(CheckOutRequest device, UpdateId id, ModelSnapshot current, UpdateContent content)
    {
        (SelectionVersion selectionVersion, ParameterSelection selection) = _selections.Current;
        return new TrainingAssignment(
            device.Client,
            id,
            _layout.Fingerprint,
            current.Version,
            selectionVersion,
            selection,
            _refreshes.Since(device.HeldVersion, device.HeldFingerprint),
            content,
            _options.LeaseDuration,
            current.Fingerprint);
    }
}
