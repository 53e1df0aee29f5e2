using Ftte.Aggregation;
using Ftte.Diagnostics;
using Ftte.Selection;
using Ftte.Storage;
using Ftte.Wire;
using Microsoft.Extensions.Logging;

namespace Ftte;

/// <content>Continues after a restart: from a captured state, or from a store. <c>docs/durability.md</c> states the guarantees of a store.</content>
public sealed partial class FederatedServer
{
    private readonly TimeSpan? _waitedBeforeReplay;

    private bool IsStoreFailing => _journal?.Fault is not null;

    /// <summary>Restores a server from a saved state. Later versions, IDs and receipts are the same as without the interruption.</summary>
    /// <param name="state">The state.</param>
    /// <param name="aggregator">The aggregator, restored from <see cref="ServerState.Aggregator"/>. Only this server may call it from now on.</param>
    /// <param name="selections">The selections from <see cref="ServerState.RestoreSelections"/>, shared with the aggregator.</param>
    /// <param name="options">The options. They may differ from those that the state was captured with; <see cref="FederatedServerOptions.Seed"/> and <see cref="FederatedServerOptions.RequiredMemoryBytes"/> are taken from the state.</param>
    /// <param name="registry">
    /// The known devices; null to restore the registered and the unregistered ones. If a registry is specified, its registrations are used instead of the saved ones, and the saved
    /// unregistered devices are added to it.
    /// </param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <param name="logger">The logger; null for none.</param>
    /// <param name="reselection">The options of reselection during training; null to keep the selection.</param>
    /// <param name="evaluation">The options of evaluation by devices; null for none. Metrics and watched metric must be those of the state, if it has evaluations.</param>
    /// <returns>The running server.</returns>
    /// <exception cref="ArgumentException">The state has another layout, the aggregator or the selections are not those of the state, or an option is out of range.</exception>
    /// <exception cref="WireFormatException">The state is not valid.</exception>
    public static FederatedServer Restore(
        ServerState state,
        IAsyncAggregator aggregator,
        SelectionHistory selections,
        FederatedServerOptions? options = null,
        DeviceRegistry? registry = null,
        TimeProvider? time = null,
        ILogger<FederatedServer>? logger = null,
        ReselectionOptions? reselection = null,
        EvaluationOptions? evaluation = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(aggregator);
        ArgumentNullException.ThrowIfNull(selections);
        state.CheckFits(aggregator, selections);
        return new FederatedServer(aggregator, selections, options, registry, time, logger, reselection, evaluation, state);
    }

    /// <summary>
    /// Starts a server that keeps its state in a store, and continues the run in the store, if any: with the same versions, IDs and receipts as a server that was never
    /// interrupted.
    /// </summary>
    /// <param name="run">The run. It can be resumed once; load it again for another server.</param>
    /// <param name="aggregator">The aggregator, restored from the <see cref="ServerState.Aggregator"/> of <see cref="StoredRun.State"/>, or a new one if the store is new. Only this server may call it from now on.</param>
    /// <param name="selections">The selections from <see cref="ServerState.RestoreSelections"/>, or a new history if the store is new; shared with the aggregator.</param>
    /// <param name="options">The options; null for the defaults. If the store is not new, <see cref="FederatedServerOptions.Seed"/> and <see cref="FederatedServerOptions.RequiredMemoryBytes"/> are taken from it.</param>
    /// <param name="registry">The known devices; null to keep the unregistered ones in the store. Registrations in a specified registry are the application's to keep.</param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <param name="logger">The logger; null for none.</param>
    /// <param name="reselection">The options of reselection during training; null to keep the selection.</param>
    /// <param name="evaluation">The options of evaluation by devices; null for none.</param>
    /// <param name="cancellationToken">Cancels the replay of the records.</param>
    /// <returns>The running server. Dispose it before the store.</returns>
    /// <remarks>
    /// The options of the aggregator and of evaluations must be those of the interrupted run, because the updates since the latest checkpoint are processed again. The result of each
    /// publication is compared with the recorded one. <see cref="EvaluationOptions.Evaluated"/> is called again for evaluations that closed since the latest checkpoint.
    /// </remarks>
    /// <exception cref="ArgumentException">The aggregator or the selections are not those of the run, the state of so large a model exceeds 2 GiB, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The aggregator is not an <see cref="IStatefulAggregator"/>, or the replay has another result than the interrupted run.</exception>
    /// <exception cref="WireFormatException">A record is corrupt or from a newer version of the library.</exception>
    /// <exception cref="StoreException">The store cannot be read or written.</exception>
    public static async ValueTask<FederatedServer> ResumeAsync(
        StoredRun run,
        IAsyncAggregator aggregator,
        SelectionHistory selections,
        FederatedServerOptions? options = null,
        DeviceRegistry? registry = null,
        TimeProvider? time = null,
        ILogger<FederatedServer>? logger = null,
        ReselectionOptions? reselection = null,
        EvaluationOptions? evaluation = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(aggregator);
        ArgumentNullException.ThrowIfNull(selections);
        if (aggregator is not IStatefulAggregator)
        {
            throw new InvalidOperationException($"{aggregator.GetType()} cannot save its state. Implement {nameof(IStatefulAggregator)}, or use {nameof(BufferedAggregator)}.");
        }

        run.State?.CheckFits(aggregator, selections);
        ServerState.CheckLength(aggregator.Current.Layout, selections.Current.Selection);
        var server = new FederatedServer(aggregator, selections, options, registry, time, logger, reselection, evaluation, run.State, run.Store);
        try
        {
            // In the queue, so that the timer of an incomplete buffer publishes it after the replay.
            await server.CallInTurnAsync(cancelled => server.ReplayAsync(run, cancelled), cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Copies the state on which later versions, IDs and receipts depend, in turn with the queued updates.</summary>
    /// <param name="cancellationToken">Cancels the call if it has not started.</param>
    /// <returns>The state, immutable. The server is not changed. Queued updates are not part of the state: their devices receive no receipt from a restored server and retry.</returns>
    /// <exception cref="InvalidOperationException">The aggregator is not an <see cref="IStatefulAggregator"/>.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public ValueTask<ServerState> CaptureStateAsync(CancellationToken cancellationToken = default) => _aggregator is IStatefulAggregator stateful
        ? CallInTurnAsync(_ => ValueTask.FromResult(CaptureState(stateful)), cancellationToken)
        : throw new InvalidOperationException($"{_aggregator.GetType()} cannot save its state. Implement {nameof(IStatefulAggregator)}, or use {nameof(BufferedAggregator)}.");

    private async ValueTask<bool> ReplayAsync(StoredRun run, CancellationToken cancellationToken)
    {
        ServerJournal journal = _journal!;
        var clock = (ReplayClock)_time;
        long number = run.Content.Checkpoint?.Position ?? 0;
        long count = 0;
        _reselection?.BeginReplay();
        if (_waitedBeforeReplay is { } before)
        {
            _timer.Resume(before);
        }

        var replay = new StoreReplay(_state, _dispatcher, _terms, _issued, _processor, _reselection, _registry, clock);
        await foreach (StoreRecord record in run.Content.Records.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await replay.ReplayAsync(record).ConfigureAwait(false);
            number = record.Number;
            count++;
        }

        clock.Run();
        if (_timer.Waited is { } waited)
        {
            _timer.Resume(waited);
        }

        journal.Start(number, _options.BusyRetryAfter, OnStoreChanged, () => CaptureState((IStatefulAggregator)_aggregator));
        if (_registry.IsStored)
        {
            _registry.StartRecording(journal);
        }

        _reselection?.EndReplay();
        if (run.State is null || count > 0)
        {
            // The next start does not have to replay the same records.
            journal.Checkpoint(run.State is null ? Current : null);
            if (!await journal.WhenCommitted.ConfigureAwait(false))
            {
                throw StoreFault!;
            }
        }

        StartStallChecks();
        Log.Resumed(_logger, Current.Version, count);
        return true;
    }

    private ServerState CaptureState(IStatefulAggregator aggregator) => _capture.Capture(aggregator, _timer.Waited);

    private void OnStoreChanged(StoreException? fault)
    {
        if (fault is null)
        {
            Log.StoreRecovered(_logger);
        }
        else if (fault.IsTransient)
        {
            Log.StoreFailed(_logger, fault, fault.Message);
        }
        else
        {
            Log.StoreLost(_logger, fault, fault.Message);
        }
    }
}
