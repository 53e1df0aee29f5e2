using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Ftte.Aggregation;
using Ftte.Diagnostics;
using Ftte.Selection;
using Ftte.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ftte;

/// <summary>Assigns work to devices, queues their updates, and publishes the versions that an aggregator creates.</summary>
/// <remarks>
/// <para><b>Threading</b>: every member may be used from any thread. A bounded queue with one reader passes updates to the aggregator one at a
/// time; if it is full, a device receives <see cref="UpdateOutcome.Busy"/> without waiting. Check-outs bypass the queue, so slow aggregation does not delay them.</para>
/// <para><b>Reproducible</b>: calls that are awaited one after another result in the same versions, IDs and receipts in every run, unless
/// <see cref="FederatedServerOptions.PublishTimeout"/> is set.</para>
/// <para><b>Reselection</b>: with <see cref="ReselectionOptions"/>, the server changes the selection during training. Updates of earlier selections
/// still count, and a device receives only the coordinates that have changed since the version that it holds.</para>
/// <para><b>Memory</b>: a few small records per device, independent of the number of parameters.</para>
/// <para><b>Ownership</b>: the server does not dispose the aggregator. While the server runs, only the server may call the aggregator.</para>
/// </remarks>
public sealed partial class FederatedServer : ISnapshotServer, ILeaseServer, IAsyncDisposable
{
    private readonly IAsyncAggregator _aggregator;
    private readonly SelectionHistory _selections;
    private readonly DeviceRegistry _registry;
    private readonly FederatedServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly VersionFeed _feed;
    private readonly AssignmentDispatcher _dispatcher;
    private readonly UpdateQueue _queue;
    private readonly PublicationTimer _timer;
    private readonly Reselection? _reselection;
    private readonly ServerJournal? _journal;
    private readonly VersionEvaluation? _evaluation;
    private readonly CancellationTokenSource _stopSelecting = new();
    private readonly FtteMetrics _metrics;
    private readonly Lazy<Task> _stop;
    private VersionRefusal? _latestRefusal;
    private volatile bool _stopping;

    /// <summary>Creates and starts a server at the aggregator's current version.</summary>
    /// <param name="aggregator">The aggregator. Only this server may call it from now on.</param>
    /// <param name="selections">The announced selections, shared with the aggregator.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="registry">The known devices; null for a new, empty registry.</param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <param name="logger">The logger; null for none.</param>
    /// <param name="reselection">The options of reselection; null to keep the selection until <see cref="ChangeSelection"/> is called.</param>
    /// <param name="evaluation">The options of evaluation by devices; null for none.</param>
    /// <exception cref="ArgumentException">The selections or the training profile are for another model, or an option is out of range.</exception>
    public FederatedServer(
        IAsyncAggregator aggregator,
        SelectionHistory selections,
        FederatedServerOptions? options = null,
        DeviceRegistry? registry = null,
        TimeProvider? time = null,
        ILogger<FederatedServer>? logger = null,
        ReselectionOptions? reselection = null,
        EvaluationOptions? evaluation = null)
        : this(aggregator, selections, options, registry, time, logger, reselection, evaluation, saved: null)
    {
    }

    private FederatedServer(
        IAsyncAggregator aggregator,
        SelectionHistory selections,
        FederatedServerOptions? options,
        DeviceRegistry? registry,
        TimeProvider? time,
        ILogger<FederatedServer>? logger,
        ReselectionOptions? reselection,
        EvaluationOptions? evaluation,
        ServerState? saved,
        IServerStore? store = null)
    {
        ArgumentNullException.ThrowIfNull(aggregator);
        ArgumentNullException.ThrowIfNull(selections);
        ModelSnapshot start = aggregator.Current;
        if (selections.ParameterCount != start.Layout.ParameterCount)
        {
            throw new ArgumentException($"The selections are for {selections.ParameterCount} parameters, but the model has {start.Layout.ParameterCount}. Create them for this model.", nameof(selections));
        }

        _options = options?.Copy() ?? new FederatedServerOptions();
        _options.Validate();
        reselection = reselection?.Copy();
        reselection?.Validate();
        if (reselection is not null && reselection.Profile.Layout.Fingerprint != start.Layout.Fingerprint)
        {
            throw new ArgumentException($"The training profile is for a model with {reselection.Profile.Layout}, but the server's model has {start.Layout}. Specify the profile of the server's model.", nameof(reselection));
        }

        evaluation = evaluation?.Copy();
        evaluation?.Validate();
        _time = time ?? TimeProvider.System;
        if (store is not null)
        {
            _time = new ReplayClock(_time);
            _journal = new ServerJournal(store, _time);
        }

        bool registers = registry is null;
        _registry = registry ??= new DeviceRegistry(_options.MaxClients, _options.ClientRetention, _time);
        _aggregator = aggregator;
        _selections = selections;
        _logger = logger ?? NullLogger<FederatedServer>.Instance;
        _ = start.Fingerprint;
        _feed = new VersionFeed(start);
        _latestRefusal = (aggregator as IGuardedAggregator)?.LatestRefusal;
        _dispatcher = new AssignmentDispatcher(_feed, selections, registry, _options, _time, reselection, (aggregator as BufferedAggregator)?.Limits, _journal, evaluation);
        _reselection = reselection is null ? null : new Reselection(reselection, _dispatcher, registry, _options.RequireRegistration, start.Version, _logger, _stopSelecting.Token);
        _evaluation = evaluation is null ? null : new VersionEvaluation(evaluation, _dispatcher, start, () => new EvaluationInstruments(_metrics!.Meter), _logger);
        TimeSpan? waited = saved is null ? null : Load(saved, registers);
        _queue = new UpdateQueue(_options.QueueCapacity);
        _timer = new PublicationTimer(_options.PublishTimeout, _time, TryEnqueuePublication);
        _metrics = new FtteMetrics(_options.CreateMeter?.Invoke() ?? new Meter(FtteDiagnostics.MeterName), () => _queue.Length, () => _dispatcher.LeaseCount, () => _dispatcher.WaitingCount, () => _dispatcher.SincePublication.TotalSeconds);
        _stop = new Lazy<Task>(StopAsync);
        if (waited is { } before && store is null)
        {
            _timer.Resume(before);
        }

        _waitedBeforeReplay = waited;
        Log.ServerStarted(_logger, start.Version, start.Layout.ParameterCount, selections.Current.Selection.Count);
        if (saved is null && reselection is { Probes: > 0 })
        {
            Log.SurveyOpened(_logger, reselection.Probes, start.Version);
        }

        if (saved is null)
        {
            _evaluation?.LogStart(start.Version);
        }
    }

    /// <inheritdoc />
    public ModelSnapshot Current => _feed.Current;

    /// <summary>Gets the result of the latest reselection, with its certificate; null before the first.</summary>
    /// <value>Does not include the initial selection and selections set with <see cref="ChangeSelection"/>.</value>
    public SelectionResult? LatestSelection => _reselection?.Latest;

    /// <summary>Gets a value that indicates whether the limits allow another assignment to train now: <see cref="FederatedServerOptions.MaxConcurrency"/> and <see cref="FederatedServerOptions.MaxAssignmentsPerVersion"/>.</summary>
    /// <value>False after the server was stopped and after training has ended. If devices check out at the same time, only the answer to a check-out is certain.</value>
    public bool CanAssign => !_stopping && _dispatcher.CanAssign;

    internal FtteMetrics Metrics => _metrics;

    /// <inheritdoc />
    /// <remarks>
    /// The checks are in this order: stopped, admission, layout, buffer length, memory, limits of concurrency and of assignments per version. A client has at most one lease; a new request replaces the older lease.
    /// If this server published the held version, or started from it, with the fingerprint in the request, only changes are sent; otherwise all parameters are sent.
    /// Devices without enough memory for the current selection are not asked to measure importance. Devices that are asked count toward <see cref="FederatedServerOptions.MaxConcurrency"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">The length of the buffer differs from the layout's parameter count, or the memory budget is negative.</exception>
    public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CheckOutResponse checkOut = CheckOut(request, parameters.Length, out ModelSnapshot? model);
        checkOut.Assignment?.Refreshed.Copy(model!.Parameters.Span, parameters.Span);
        return checkOut.Assignment is null || _journal is null ? new ValueTask<CheckOutResponse>(checkOut) : WhenDurableAsync(checkOut, _journal.WhenCommitted, cancellationToken);
    }

    /// <inheritdoc />
    /// <remarks>
    /// Cancellation removes an update from the queue if its aggregation has not started. After that, the aggregator decides whether it is aggregated, and the
    /// call ends only when the update is no longer in use. An exception of the aggregator fails only the call that caused it.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The update was disposed.</exception>
    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        _ = update.Values;
        cancellationToken.ThrowIfCancellationRequested();
        using Activity? activity = FtteDiagnostics.Source.StartActivity(FtteDiagnostics.SubmitActivity);
        UpdateReceipt receipt;
        try
        {
            receipt = await EnqueueAsync(update, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            NotifyOfSlots();
        }

        activity?.SetTag(FtteDiagnostics.OutcomeTag, receipt.Outcome.ToString());
        _metrics.Answered(receipt.Outcome);
        UpdateHeader header = update.Header;
        Log.Answered(_logger, header.Client, header.Id, header.BaseVersion, receipt.Outcome, receipt.Weight);
        ReportStall();
        return receipt;
    }

    /// <summary>Publishes an incomplete buffer if it contains enough updates, in turn with the queued updates.</summary>
    /// <param name="cancellationToken">Cancels the call if it has not started.</param>
    /// <returns>The published version; null if the buffer contains too few updates or the version was refused.</returns>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) =>
        _journal is null ? CallInTurnAsync(PublishIncompleteAsync, cancellationToken) : FlushDurablyAsync(cancellationToken);

    /// <summary>Waits until all calls that are already in the queue have been answered: updates and timed-out publications.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that completes then. Calls that are queued later are not awaited.</returns>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public async ValueTask DrainAsync(CancellationToken cancellationToken = default) =>
        await CallInTurnAsync(static _ => ValueTask.FromResult(true), cancellationToken).ConfigureAwait(false);

    /// <summary>Changes the current selection and the memory that it requires.</summary>
    /// <param name="selection">The selection; not empty, for the same model. Updates of earlier selections still count while the history keeps these.</param>
    /// <param name="requiredMemoryBytes">The memory that training the selection requires on a device, in bytes. Devices with less receive no work.</param>
    /// <returns>The version of the selection; the current one if it selects the same coordinates.</returns>
    /// <exception cref="ArgumentException">The selection is empty or for another model, or the memory is negative.</exception>
    public SelectionVersion ChangeSelection(ParameterSelection selection, long requiredMemoryBytes)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentOutOfRangeException.ThrowIfNegative(requiredMemoryBytes);
        SelectionVersion version = _dispatcher.ChangeSelection(selection, requiredMemoryBytes);
        Log.SelectionChanged(_logger, version, selection.Count, requiredMemoryBytes);
        NotifyAllWaiting();
        return version;
    }

    /// <summary>Changes the factor by which devices multiply their learning rate, so that steps can decrease while training converges.</summary>
    /// <param name="scale">The factor; finite and positive. It applies to later assignments, and replaces the earlier factor.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not finite or not positive.</exception>
    public void ChangeStepScale(float scale)
    {
        if (!(float.IsFinite(scale) && scale > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The step scale must be finite and positive. 1 is the learning rate of the devices' own options.");
        }

        _dispatcher.ChangeStepScale(scale);
        Log.StepScaleChanged(_logger, scale);
    }

    /// <summary>Determines whether a client gets no training before the next version, because it has used its share of the current buffer.</summary>
    /// <param name="client">The client.</param>
    /// <returns>True if the server answers the client's check-outs with <see cref="CheckOutOutcome.Busy"/> until then, unless it asks for an importance measurement or an evaluation.</returns>
    public bool AwaitsNextVersion(ClientId client) => _dispatcher.AwaitsNextVersion(client);

    /// <summary>Enumerates published versions: the current version first, then each publication.</summary>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    /// <returns>The versions in ascending order. A slow consumer skips to the newest version. The sequence ends after the last version when the server has stopped.</returns>
    public IAsyncEnumerable<ModelSnapshot> WatchAsync(CancellationToken cancellationToken = default) => _feed.WatchAsync(cancellationToken);

    /// <summary>Stops the server. New calls are answered with <c>Stopped</c>, queued updates are still aggregated, and enumerations of versions end.</summary>
    /// <returns>A task that completes when all queued calls have been answered. An incomplete buffer stays in the aggregator.</returns>
    public ValueTask DisposeAsync() => new(_stop.Value);

    private async ValueTask<T> CallInTurnAsync<T>(Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var call = new QueuedCall<T>(work, cancellationToken);
        try
        {
            await _queue.EnterAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(FederatedServer), "The server was disposed and publishes no more versions.");
        }

        return await call.WaitAsync().ConfigureAwait(false);
    }

    private async ValueTask<UpdateReceipt> EnqueueAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        if (!_dispatcher.Admits(update.Header.Client))
        {
            return new UpdateReceipt(UpdateOutcome.UnknownClient, Current.Version);
        }

        if (!_stopping && IsStoreFailing)
        {
            return new UpdateReceipt(UpdateOutcome.Busy, Current.Version, RetryAfter: _options.BusyRetryAfter);
        }

        if (!_stopping && FindPrecheckFault(update.Header) is { } outcome)
        {
            return _dispatcher.Settle(update.Header, new UpdateReceipt(outcome, Current.Version));
        }

        var call = new QueuedCall<DurableReceipt>(cancelled => FoldDurablyAsync(update, cancelled), cancellationToken);
        if (_queue.TryEnter(call))
        {
            return await WhenDurableAsync(await call.WaitAsync().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        // The queue rejects calls while it is full, and always after it is closed.
        return _stopping
            ? new UpdateReceipt(UpdateOutcome.Stopped, Current.Version)
            : new UpdateReceipt(UpdateOutcome.Busy, Current.Version, RetryAfter: _options.BusyRetryAfter);
    }

    private async ValueTask<UpdateReceipt> FoldAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        UpdateHeader header = update.Header;
        if (header.Content is UpdateContent.Importance or UpdateContent.Evaluation)
        {
            return Measure(update);
        }

        long age = Current.Version - header.BaseVersion;
        long started = _time.GetTimestamp();
        UpdateReceipt receipt;
        try
        {
            receipt = await _aggregator.AggregateAsync(update, cancellationToken).ConfigureAwait(false);
            _journal?.Accepted(header, update.Values, receipt.Outcome, _aggregator.Current);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested || error is not OperationCanceledException)
        {
            Log.AggregatorThrew(_logger, error, header.Client, header.Id);
            _dispatcher.Release(header.Client, header.Id);
            throw;
        }
        finally
        {
            PropagatePublication();
        }

        _metrics.Aggregated(_time.GetElapsedTime(started));
        if (receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published)
        {
            _metrics.Folded(age, receipt.Weight);
        }

        if (receipt.Outcome == UpdateOutcome.Buffered)
        {
            _timer.Buffered();
        }

        return _dispatcher.Settle(header, receipt);
    }

    /// <summary>Rejects an update that answers no assignment before it enters the queue.</summary>
    private UpdateOutcome? FindPrecheckFault(in UpdateHeader header) =>
        header.LayoutFingerprint != Current.Layout.Fingerprint ? UpdateOutcome.LayoutMismatch
        : !_dispatcher.IsAssigned(header) ? UpdateOutcome.NotAssigned
        : null;

    private void ReportStall()
    {
        if (!_stopping && _dispatcher.FindStall() is { } stall)
        {
            _metrics.Stalled();
            Log.Stalled(_logger, stall, _options.LeaseDuration);
        }
    }

    private bool TryEnqueuePublication() => _queue.TryEnter(new QueuedCall<ModelSnapshot?>(
        async cancelled => _timer.IsDue() ? await PublishIncompleteAsync(cancelled).ConfigureAwait(false) : null,
        CancellationToken.None));

    private async ValueTask<ModelSnapshot?> PublishIncompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            ModelSnapshot? published = await _aggregator.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (published is null)
            {
                Log.TooFewUpdates(_logger);
            }
            else
            {
                _journal?.Flushed(published);
            }

            return published;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested || error is not OperationCanceledException)
        {
            Log.FlushThrew(_logger, error);
            throw;
        }
        finally
        {
            PropagatePublication();
            _timer.RestartIfWaiting();
            CheckpointIfDue();
        }
    }

    /// <summary>Propagates a publication or a refusal of the aggregator to all parts of the server, before the call that caused it is answered.</summary>
    private void PropagatePublication()
    {
        if ((_aggregator as IGuardedAggregator)?.LatestRefusal is { } refusal && !ReferenceEquals(refusal, _latestRefusal))
        {
            _latestRefusal = refusal;
            _dispatcher.Refuse();
            _timer.Published();
            _journal?.RequireCheckpoint();
            _metrics.Refused();
            Log.VersionRefused(_logger, refusal.Version.Next, refusal.UpdateCount, refusal.Version, refusal.Reason);
            NotifyAllWaiting();
        }

        ModelSnapshot newest = _aggregator.Current;
        if (ReferenceEquals(newest, Current))
        {
            return;
        }

        // Computed once per version, here outside the dispatcher's lock so that no check-out waits for it.
        _ = newest.Fingerprint;
        _dispatcher.Publish(newest);
        _timer.Published();
        _metrics.Published();
        Log.Published(_logger, newest.Version);
        _reselection?.Published(newest.Version);
        _evaluation?.Published(newest);
        NotifyAllWaiting();
    }

    private async Task StopAsync()
    {
        _stopping = true;
        NotifyAllWaiting();
        _timer.Dispose();
        Task drained = _queue.DisposeAsync().AsTask();
        await _stopSelecting.CancelAsync().ConfigureAwait(false);
        await drained.ConfigureAwait(false);
        if (_journal is not null)
        {
            await _journal.DisposeAsync().ConfigureAwait(false);
        }

        _stopSelecting.Dispose();
        _feed.Complete();
        _metrics.Dispose();
        Log.ServerStopped(_logger, Current.Version);
    }
}
