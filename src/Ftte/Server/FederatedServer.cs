using System.Diagnostics;
using System.Threading.Channels;
using Ftte.Aggregation;
using Ftte.Diagnostics;
using Ftte.Selection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ftte;

/// <summary>Hands out work, queues what comes back, and lets an aggregator make new versions of it.</summary>
/// <remarks>
/// <para><b>Threading</b>: every member may be used from any thread. Updates pass a bounded queue with one reader, so the aggregator sees one at a
/// time; a full queue answers <see cref="UpdateOutcome.Busy"/> and nobody waits. Check-outs do not pass the queue: a slow fold does not delay them.</para>
/// <para><b>Reproducible</b>: calls awaited one after another give the same versions, ids and receipts in every run, unless
/// <see cref="FederatedServerOptions.PublishTimeout"/> lets the clock publish too.</para>
/// <para><b>Choosing anew</b>: with <see cref="ReselectionOptions"/> the server changes what is trained as training goes on. Updates of earlier selections
/// still count, and a device is sent no more than changed since what it holds.</para>
/// <para><b>Memory</b>: a few small records per device; nothing grows with devices times parameters.</para>
/// <para><b>Ownership</b>: the aggregator is not disposed with the server. While the server runs, it alone calls the aggregator.</para>
/// </remarks>
public sealed partial class FederatedServer : IFederatedServer, IAsyncDisposable
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
    private readonly CancellationTokenSource _stopSelecting = new();
    private readonly FtteMetrics _metrics;
    private readonly Lazy<Task> _stop;
    private VersionRefusal? _latestRefusal;
    private volatile bool _stopping;

    /// <summary>Starts a server at the aggregator's current version.</summary>
    /// <param name="aggregator">What makes versions of updates. Only this server may call it from now on.</param>
    /// <param name="selections">The selections announced, shared with the aggregator.</param>
    /// <param name="options">The settings; null for the defaults.</param>
    /// <param name="registry">The devices known; null for an empty registry of its own.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="logger">Where events go; null for nowhere.</param>
    /// <param name="reselection">How to choose anew what is trained; null to keep the selection until <see cref="ChangeSelection"/>.</param>
    /// <exception cref="ArgumentException">The selections or the training profile are of another model, or an option is out of range.</exception>
    public FederatedServer(
        IAsyncAggregator aggregator,
        SelectionHistory selections,
        FederatedServerOptions? options = null,
        DeviceRegistry? registry = null,
        TimeProvider? time = null,
        ILogger<FederatedServer>? logger = null,
        ReselectionOptions? reselection = null)
        : this(aggregator, selections, options, registry, time, logger, reselection, saved: null)
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
        ServerState? saved)
    {
        ArgumentNullException.ThrowIfNull(aggregator);
        ArgumentNullException.ThrowIfNull(selections);
        ModelSnapshot start = aggregator.Current;
        if (selections.ParameterCount != start.Layout.ParameterCount)
        {
            throw new ArgumentException($"The selections are of {selections.ParameterCount} parameters, the model has {start.Layout.ParameterCount}.", nameof(selections));
        }

        _options = options?.Copy() ?? new FederatedServerOptions();
        _options.Validate();
        reselection = reselection?.Copy();
        reselection?.Validate();
        if (reselection is not null && reselection.Profile.Layout.Fingerprint != start.Layout.Fingerprint)
        {
            throw new ArgumentException($"The training profile is of a model with {reselection.Profile.Layout}, the server's has {start.Layout}.", nameof(reselection));
        }

        _time = time ?? TimeProvider.System;
        bool registers = registry is null;
        _registry = registry ??= new DeviceRegistry(_options.MaxClients, _options.ClientRetention, _time);
        _aggregator = aggregator;
        _selections = selections;
        _logger = logger ?? NullLogger<FederatedServer>.Instance;
        _ = start.Fingerprint;
        _feed = new VersionFeed(start);
        _latestRefusal = (aggregator as IGuardedAggregator)?.LatestRefusal;
        _dispatcher = new AssignmentDispatcher(_feed, selections, registry, _options, _time, reselection, (aggregator as BufferedAggregator)?.Limits);
        _reselection = reselection is null ? null : new Reselection(reselection, _dispatcher, registry, _options.RequireRegistration, start.Version, _logger, _stopSelecting.Token);
        TimeSpan? waited = saved is null ? null : Load(saved, registers);
        _queue = new UpdateQueue(_options.QueueCapacity);
        _timer = new PublicationTimer(_options.PublishTimeout, _time, RingForPublication);
        _metrics = new FtteMetrics(() => _queue.Length, () => _dispatcher.LeaseCount, () => _dispatcher.WaitingCount, () => _dispatcher.SincePublication.TotalSeconds);
        _stop = new Lazy<Task>(StopAsync);
        if (waited is { } before)
        {
            _timer.Resume(before);
        }

        Log.ServerStarted(_logger, start.Version, start.Layout.ParameterCount, selections.Current.Selection.Count);
        if (saved is null && reselection is { Probes: > 0 })
        {
            Log.SurveyOpened(_logger, reselection.Probes, start.Version);
        }
    }

    /// <summary>Gets the latest published version.</summary>
    public ModelSnapshot Current => _feed.Current;

    /// <summary>Gets the latest selection that the server chose by its <see cref="ReselectionOptions"/>, with its certificate; null before the first.</summary>
    /// <value>The first and those of <see cref="ChangeSelection"/> are not among them.</value>
    public SelectionResult? LatestSelection => _reselection?.Latest;

    /// <summary>Gets whether the limits allow another assignment to train now: <see cref="FederatedServerOptions.MaxConcurrency"/> and <see cref="FederatedServerOptions.MaxAssignmentsPerVersion"/>.</summary>
    /// <value>False after the server was stopped. If devices check out at the same time, only the answer to a check-out is certain.</value>
    public bool CanAssign => !_stopping && _dispatcher.CanAssign;

    internal FtteMetrics Metrics => _metrics;

    /// <inheritdoc />
    /// <remarks>
    /// Checked in this order: stopped, admission, layout, buffer length, memory, places. One lease per client: asking again replaces the older one.
    /// A held version is believed if this server published it, or started from it, with the fingerprint that the device states; otherwise everything is sent.
    /// Who has too little memory for the selection in force is not asked for importance either, and who is asked takes a place among those at work.
    /// </remarks>
    /// <exception cref="ArgumentException">The buffer's length is not the layout's, or the memory budget is negative.</exception>
    public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest device, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfNegative(device.MemoryBudgetBytes, nameof(device));
        cancellationToken.ThrowIfCancellationRequested();
        using Activity? activity = FtteDiagnostics.Source.StartActivity(FtteDiagnostics.CheckOutActivity);
        ModelSnapshot? model = null;
        CheckOutResponse checkOut = _stopping ? new CheckOutResponse(CheckOutOutcome.Stopped) : _dispatcher.Assign(device, parameters, out model);
        checkOut.Assignment?.Refreshed.Copy(model!.Parameters.Span, parameters.Span);
        activity?.SetTag(FtteDiagnostics.OutcomeTag, checkOut.Outcome.ToString());
        _metrics.CheckedOut(checkOut.Outcome);
        Log.CheckedOut(_logger, device.Client, checkOut.Outcome);
        ReportStall();
        return new ValueTask<CheckOutResponse>(checkOut);
    }

    /// <inheritdoc />
    /// <remarks>
    /// Cancelling takes an update out of the queue if its turn has not come; after that, whether it is folded in is up to the aggregator, and the
    /// call ends only when the update is no longer read. What the aggregator throws ends that call and no other.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The update was disposed.</exception>
    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        _ = update.Values;
        cancellationToken.ThrowIfCancellationRequested();
        using Activity? activity = FtteDiagnostics.Source.StartActivity(FtteDiagnostics.SubmitActivity);
        UpdateReceipt receipt = await EnqueueAsync(update, cancellationToken).ConfigureAwait(false);
        activity?.SetTag(FtteDiagnostics.OutcomeTag, receipt.Outcome.ToString());
        _metrics.Answered(receipt.Outcome);
        UpdateHeader header = update.Header;
        Log.Answered(_logger, header.Client, header.Id, header.BaseVersion, receipt.Outcome, receipt.Weight);
        ReportStall();
        return receipt;
    }

    /// <summary>Publishes an incomplete buffer if it holds enough, in turn with the updates that wait.</summary>
    /// <param name="cancellationToken">Gives up, unless the turn has come.</param>
    /// <returns>The version published, or null if the buffer held too little.</returns>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) => CallInTurnAsync(PublishIncompleteAsync, cancellationToken);

    /// <summary>Waits until everything that was queued before has been answered: updates, and publications that the clock asked for.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends then. What is queued meanwhile is not waited for.</returns>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public async ValueTask DrainAsync(CancellationToken cancellationToken = default) =>
        await CallInTurnAsync(static _ => ValueTask.FromResult(true), cancellationToken).ConfigureAwait(false);

    /// <summary>Puts a new selection in force, together with the memory that it takes.</summary>
    /// <param name="selection">The selection; not empty, of the same model. Updates of the earlier ones still count while they are remembered.</param>
    /// <param name="requiredMemoryBytes">The memory that training it takes on a device, in bytes; devices with less get no work.</param>
    /// <returns>The selection's version; the current one if it selects the same coordinates.</returns>
    /// <exception cref="ArgumentException">The selection is empty or of another model, or the memory is negative.</exception>
    public SelectionVersion ChangeSelection(ParameterSelection selection, long requiredMemoryBytes)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentOutOfRangeException.ThrowIfNegative(requiredMemoryBytes);
        SelectionVersion version = _dispatcher.ChangeSelection(selection, requiredMemoryBytes);
        Log.SelectionChanged(_logger, version, selection.Count, requiredMemoryBytes);
        return version;
    }

    /// <summary>Determines whether a client gets no training before the next version, because it has used its share of the current buffer.</summary>
    /// <param name="client">The client.</param>
    /// <returns>True if the server answers the client's check-outs with <see cref="CheckOutOutcome.Busy"/> until then, unless it asks for an importance measurement.</returns>
    public bool AwaitsNextVersion(ClientId client) => _dispatcher.AwaitsNextVersion(client);

    /// <summary>Watches the model grow: the current version first, then each publication.</summary>
    /// <param name="cancellationToken">Stops watching.</param>
    /// <returns>Versions in ascending order; who is slow skips to the newest. Ends when the server has stopped, after its last version.</returns>
    public IAsyncEnumerable<ModelSnapshot> WatchAsync(CancellationToken cancellationToken = default) => _feed.WatchAsync(cancellationToken);

    /// <summary>Stops: from now on every call is answered with stopped, what was queued before is folded in, and watchers end.</summary>
    /// <returns>A task that ends when all that was queued has been answered. An incomplete buffer stays in the aggregator.</returns>
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
            throw new ObjectDisposedException(nameof(FederatedServer), "The server was disposed, so nothing is published any more.");
        }

        return await call.WaitAsync().ConfigureAwait(false);
    }

    private async ValueTask<UpdateReceipt> EnqueueAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        if (!_dispatcher.Admits(update.Header.Client))
        {
            return new UpdateReceipt(UpdateOutcome.UnknownClient, Current.Version);
        }

        if (!_stopping && Precheck(update.Header) is { } outcome)
        {
            return _dispatcher.Settle(update.Header, new UpdateReceipt(outcome, Current.Version));
        }

        var call = new QueuedCall<UpdateReceipt>(cancelled => FoldAsync(update, cancelled), cancellationToken);
        if (_queue.TryEnter(call))
        {
            return await call.WaitAsync().ConfigureAwait(false);
        }

        // The queue refuses when it is full, and for good once it is closed.
        return _stopping
            ? new UpdateReceipt(UpdateOutcome.Stopped, Current.Version)
            : new UpdateReceipt(UpdateOutcome.Busy, Current.Version, RetryAfter: _options.BusyRetryAfter);
    }

    private async ValueTask<UpdateReceipt> FoldAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        UpdateHeader header = update.Header;
        if (header.Content == UpdateContent.Importance)
        {
            // No step, so no aggregator sees it, whether or not anybody asked for it.
            UpdateOutcome outcome = _reselection?.Answer(update) ?? UpdateOutcome.TooStale;
            return _dispatcher.Settle(header, new UpdateReceipt(outcome, Current.Version));
        }

        long age = Current.Version - header.BaseVersion;
        long started = _time.GetTimestamp();
        UpdateReceipt receipt;
        try
        {
            receipt = await _aggregator.AggregateAsync(update, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested || error is not OperationCanceledException)
        {
            Log.AggregatorThrew(_logger, error, header.Client, header.Id);
            _dispatcher.Release(header);
            throw;
        }
        finally
        {
            TellOfPublication();
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

    /// <summary>Rejects an update that the server did not ask for before it takes a place in the queue.</summary>
    private UpdateOutcome? Precheck(in UpdateHeader header) =>
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

    private bool RingForPublication() => _queue.TryEnter(new QueuedCall<ModelSnapshot?>(
        async cancelled => _timer.IsDue() ? await PublishIncompleteAsync(cancelled).ConfigureAwait(false) : null,
        CancellationToken.None));

    private async ValueTask<ModelSnapshot?> PublishIncompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            ModelSnapshot? published = await _aggregator.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (published is null)
            {
                Log.HeldTooLittle(_logger);
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
            TellOfPublication();
            _timer.RestartIfWaiting();
        }
    }

    /// <summary>Compares the aggregator's version with the one known here; whatever call published it, everybody learns of it before that call is answered.</summary>
    private void TellOfPublication()
    {
        if ((_aggregator as IGuardedAggregator)?.LatestRefusal is { } refusal && !ReferenceEquals(refusal, _latestRefusal))
        {
            _latestRefusal = refusal;
            _dispatcher.Refuse();
            _timer.Published();
            _metrics.Refused();
            Log.VersionRefused(_logger, refusal.Version.Next, refusal.UpdateCount, refusal.Version, refusal.Reason);
        }

        ModelSnapshot newest = _aggregator.Current;
        if (ReferenceEquals(newest, Current))
        {
            return;
        }

        _ = newest.Fingerprint; // computed here, outside the dispatcher's lock
        // Computed once per version; here it keeps no check-out waiting.
        _ = newest.Fingerprint;
        _dispatcher.Publish(newest);
        _timer.Published();
        _metrics.Published();
        Log.Published(_logger, newest.Version);
        _reselection?.Published(newest.Version);
    }

    private async Task StopAsync()
    {
        _stopping = true;
        _timer.Dispose();
        Task drained = _queue.DisposeAsync().AsTask();
        await _stopSelecting.CancelAsync().ConfigureAwait(false);
        await drained.ConfigureAwait(false);
        _stopSelecting.Dispose();
        _feed.Complete();
        _metrics.Dispose();
        Log.ServerStopped(_logger, Current.Version);
    }
}
