namespace Ftte;

/// <summary>Gives out work: whether a device gets some, whether it trains or measures, and what it lacks of the model.</summary>
/// <remarks>
/// Thread-safe. One lock guards everything that belongs together, so that a check-out sees version, leases and selection of one moment; it is held for
/// look-ups only, never while parameters are copied or updates folded.
/// </remarks>
internal sealed class WorkDesk
{
    private readonly Lock _lock = new();
    private readonly FederatedServerOptions _options;
    private readonly VersionFeed _feed;
    private readonly SelectionHistory _selections;
    private readonly DeviceRegistry _registry;
    private readonly ParameterLayout _layout;
    private readonly LeaseBook _leases;
    private readonly RefreshLog _refreshes;
    private readonly PublicationPace _pace;
    private readonly SurveyBook? _survey;
    private long _requiredMemoryBytes;

    /// <summary>Opens the desk.</summary>
    /// <param name="feed">The versions.</param>
    /// <param name="selections">The selections.</param>
    /// <param name="registry">The devices known.</param>
    /// <param name="options">The settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="probes">How many devices a survey asks; with 0 there is none.</param>
    public WorkDesk(VersionFeed feed, SelectionHistory selections, DeviceRegistry registry, FederatedServerOptions options, TimeProvider time, int probes)
    {
        (_feed, _selections, _registry, _options) = (feed, selections, registry, options);
        ModelSnapshot start = feed.Current;
        _layout = start.Layout;
        _leases = new LeaseBook(options, time);
        _refreshes = new RefreshLog(start, options.RefreshHistory);
        _pace = new PublicationPace(options.BusyRetryAfter, time);
        _survey = probes > 0 ? new SurveyBook(_layout, probes) : null;
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

    public bool Admits(ClientId client) => client.Value.Length > 0 && (!_options.RequireRegistration || _registry.Contains(client));

    /// <summary>Answers a device that asks for work; writes nothing yet.</summary>
    /// <param name="device">The device.</param>
    /// <param name="parameters">Its buffer, of which only the length matters here.</param>
    /// <param name="model">The version to copy from; null if there is no work.</param>
    public CheckOut Assign(DeviceProfile device, Memory<float> parameters, out ModelSnapshot? model)
    {
        model = null;
        if (!Admits(device.Client))
        {
            return new CheckOut(CheckOutOutcome.UnknownClient);
        }

        if (device.LayoutFingerprint != _layout.Fingerprint)
        {
            return new CheckOut(CheckOutOutcome.LayoutMismatch);
        }

        if (parameters.Length != _layout.ParameterCount)
        {
            throw new ArgumentException($"The buffer has {parameters.Length} values, the model {_layout.ParameterCount} parameters.", nameof(parameters));
        }

        if (!_options.RequireRegistration)
        {
            // Also without enough memory: the next selection may be chosen for this device.
            _registry.Register(device.Client, device.MemoryBudgetBytes);
        }

        lock (_lock)
        {
            if (device.MemoryBudgetBytes < _requiredMemoryBytes)
            {
                return new CheckOut(CheckOutOutcome.NotEnoughMemory);
            }

            ModelSnapshot current = _feed.Current;
            bool measures = _survey is not null && _survey.Wants(device, _leases.MeasuringCount);
            LeaseBook.Answer answer = _leases.TryIssue(device.Client, current.Version, trains: !measures, out UpdateId id);
            if (answer != LeaseBook.Answer.Granted)
            {
                TimeSpan wait = answer == LeaseBook.Answer.VersionFull ? _pace.UntilNext : _options.BusyRetryAfter;
                return new CheckOut(CheckOutOutcome.Busy, RetryAfter: wait);
            }

            if (measures)
            {
                _survey!.Ask(device.Client, id);
            }

            model = current;
            return new CheckOut(CheckOutOutcome.Assigned, Describe(device, id, current, measures ? UpdateContent.Importance : _options.Content));
        }
    }

    /// <summary>Ends the lease that an update answers if the receipt is final; otherwise says when to come back.</summary>
    public UpdateReceipt Settle(in UpdateHeader header, UpdateReceipt receipt)
    {
        lock (_lock)
        {
            switch (receipt.Outcome)
            {
                case UpdateOutcome.Busy or UpdateOutcome.Stopped:
                    return receipt;
                case UpdateOutcome.ClientQuota:
                    return receipt with { RetryAfter = receipt.RetryAfter ?? _pace.UntilNext };
                default:
                    _leases.End(header.Client, header.Id, receipt.IsAccepted);
                    return receipt;
            }
        }
    }

    public void Publish(ModelSnapshot published)
    {
        lock (_lock)
        {
            _refreshes.Publish(published);
            _pace.Published();
            _feed.Publish(published);
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

            UpdateOutcome outcome = _survey.Answer(header, values);
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

    private TrainingAssignment Describe(DeviceProfile device, UpdateId id, ModelSnapshot current, UpdateContent content)
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
