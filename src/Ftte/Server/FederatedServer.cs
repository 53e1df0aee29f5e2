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
public sealed partial class FederatedServer : ISnapshotServer, ILeaseServer, IServerStatusSource, IAsyncDisposable
{
    private readonly IAsyncAggregator _aggregator;
    private readonly FederatedServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ServerJournal? _journal;
    private readonly DeviceRegistry _registry;
    private readonly DispatchState _state;
    private readonly AssignmentTerms _terms;
    private readonly IssuedAssignments _issued;
    private readonly AssignmentDispatcher _dispatcher;
    private readonly Reselection? _reselection;
    private readonly VersionEvaluation? _evaluation;
    private readonly StateCapture _capture;
    private readonly WorkNotifier _idle;
    private readonly UpdateQueue _queue;
    private readonly PublicationTimer _timer;
    private readonly UpdateProcessor _processor;
    private readonly FtteMetrics _metrics;
    private readonly CancellationTokenSource _stopSelecting = new();
    private readonly Lazy<Task> _stop;
    private ITimer? _stallTimer;
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
        reselection = reselection?.CopyFor(aggregator);
        evaluation = evaluation?.Copy();
        evaluation?.Validate();
        _aggregator = aggregator;
        _logger = logger ?? NullLogger<FederatedServer>.Instance;
        _time = time ?? TimeProvider.System;
        if (store is not null)
        {
            _time = new ReplayClock(_time);
            _journal = new ServerJournal(store, _time);
        }

        bool registers = registry is null or { IsStored: true };
        _registry = registry ??= new DeviceRegistry(_options.MaxClients, _options.ClientRetention, _time);
        _state = new DispatchState(start, _options, _time, (aggregator as BufferedAggregator)?.Limits, _journal, aggregator as ILimitedAggregator);
        _terms = new AssignmentTerms(_state, selections, _options, reselection);
        _issued = new IssuedAssignments(_state);
        _reselection = reselection is null ? null : new Reselection(reselection, _state, _terms, registry, _options.RequireRegistration, _logger, _stopSelecting.Token);
        _evaluation = evaluation is null ? null : new VersionEvaluation(evaluation, _state, () => new EvaluationInstruments(_metrics!.Meter), _logger);
        _dispatcher = new AssignmentDispatcher(_state, _terms, registry, _reselection?.Survey, _evaluation?.Collector, _options);
        _capture = new StateCapture(_state, _terms, selections, registry, _reselection, _evaluation);
        _waitedBeforeReplay = saved is null ? null : _capture.Load(saved, registers);
        _idle = new WorkNotifier(_state, _time);
        _queue = new UpdateQueue(_options.QueueCapacity);
        _timer = new PublicationTimer(_options.PublishTimeout, _time, TryEnqueuePublication);
        _metrics = new FtteMetrics(_options.CreateMeter?.Invoke() ?? new Meter(FtteDiagnostics.MeterName), () => _queue.Length, () => _state.GetStatus().DevicesAtWork, () => _state.GetStatus().WaitingClients, () => _state.GetStatus().SincePublication.TotalSeconds);
        _processor = new UpdateProcessor(aggregator, _state, _issued, _reselection, _evaluation, _timer, _idle, _metrics, _options, _time, _logger);
        _stop = new Lazy<Task>(StopAsync);
        if (store is null)
        {
            StartStallChecks();
            if (_waitedBeforeReplay is { } waited)
            {
                _timer.Resume(waited);
            }
        }

        LogStart(start, selections.Current.Selection, isNew: saved is null, reselection);
        _processor.EndTrainingIfDue();
    }

    /// <inheritdoc />
    public ModelSnapshot Current => _state.Feed.Current;

    internal IAsyncAggregator Aggregator => _aggregator;

    /// <summary>Gets a value that indicates whether devices are asked to evaluate versions.</summary>
    internal bool HasEvaluation => _evaluation is not null;

    internal FtteMetrics Metrics => _metrics;

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
        SelectionVersion version = _terms.ChangeSelection(selection, requiredMemoryBytes);
        Log.SelectionChanged(_logger, version, selection.Count, requiredMemoryBytes);
        _idle.NotifyAll();
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

        _terms.ChangeStepScale(scale);
        Log.StepScaleChanged(_logger, scale);
    }

    /// <summary>Enumerates published versions: the current version first, then each publication.</summary>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    /// <returns>The versions in ascending order. A slow consumer skips to the newest version. The sequence ends after the last version when the server has stopped.</returns>
    public IAsyncEnumerable<ModelSnapshot> WatchAsync(CancellationToken cancellationToken = default) => _state.Feed.WatchAsync(cancellationToken);

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

    private void LogStart(ModelSnapshot start, ParameterSelection selection, bool isNew, ReselectionOptions? reselection)
    {
        Log.ServerStarted(_logger, start.Version, start.Layout.ParameterCount, selection.Count);
        if (!isNew)
        {
            return;
        }

        if (reselection is { Probes: > 0 and var probes })
        {
            Log.SurveyOpened(_logger, probes, start.Version);
        }

        _evaluation?.LogStart(start.Version);
    }

    private async Task StopAsync()
    {
        _stopping = true;
        _idle.Stop();
        _timer.Dispose();
        _stallTimer?.Dispose();
        Task drained = _queue.DisposeAsync().AsTask();
        await _stopSelecting.CancelAsync().ConfigureAwait(false);
        await drained.ConfigureAwait(false);
        _registry.StopRecording();
        if (_journal is not null)
        {
            await _journal.DisposeAsync().ConfigureAwait(false);
        }

        _stopSelecting.Dispose();
        _state.Feed.Complete();
        _metrics.Dispose();
        Log.ServerStopped(_logger, Current.Version);
    }
}
