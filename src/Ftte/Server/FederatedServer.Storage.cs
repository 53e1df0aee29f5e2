using Ftte.Aggregation;
using Ftte.Diagnostics;
using Ftte.Selection;
using Ftte.State;
using Ftte.Storage;
using Ftte.Wire;
using Microsoft.Extensions.Logging;

namespace Ftte;

/// <content>Keeps the state in a store: an update is aggregated, then committed, then acknowledged. <c>docs/durability.md</c> states the guarantees.</content>
public sealed partial class FederatedServer
{
    private static readonly Task<bool> Done = Task.FromResult(true);

    private readonly TimeSpan? _waitedBeforeReplay;

    /// <summary>Gets the reason why the store accepts no commits; null if it works or the server has no store.</summary>
    /// <value>
    /// While it is not null, the server answers check-outs and updates with <c>Busy</c>. If <see cref="StoreException.IsTransient"/>, the server repeats the commit every
    /// <see cref="FederatedServerOptions.BusyRetryAfter"/> and continues when it succeeds; otherwise it must be restarted after the cause was corrected.
    /// </value>
    public StoreException? StoreFault => _journal?.Fault;

    private bool IsStoreFailing => _journal?.Fault is not null;

    /// <summary>
    /// Starts a server that keeps its state in a store, and continues the run in the store, if any: with the same versions, IDs and receipts as a server that was never
    /// interrupted.
    /// </summary>
    /// <param name="run">The run. It can be resumed once; load it again for another server.</param>
    /// <param name="aggregator">The aggregator, restored from the <see cref="ServerState.Aggregator"/> of <see cref="StoredRun.State"/>, or a new one if the store is new. Only this server may call it from now on.</param>
    /// <param name="selections">The selections from <see cref="ServerState.RestoreSelections"/>, or a new history if the store is new; shared with the aggregator.</param>
    /// <param name="options">The options; null for the defaults. If the store is not new, <see cref="FederatedServerOptions.Seed"/> and <see cref="FederatedServerOptions.RequiredMemoryBytes"/> are taken from it.</param>
    /// <param name="registry">The known devices; null to keep them in the store. Registrations in a specified registry are not stored.</param>
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
    /// <exception cref="ArgumentException">The aggregator or the selections are not those of the run, or an option is out of range.</exception>
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

        if (run.State is { } state)
        {
            CheckState(state, aggregator, selections);
        }

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

    private async ValueTask<bool> ReplayAsync(StoredRun run, CancellationToken cancellationToken)
    {
        var clock = (ReplayClock)_time;
        long number = run.Content.Checkpoint?.Position ?? 0;
        long count = 0;
        _reselection?.BeginReplay();
        if (_waitedBeforeReplay is { } before)
        {
            _timer.Resume(before);
        }

        await foreach (StoreRecord record in run.Content.Records.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await ReplayAsync(record, clock).ConfigureAwait(false);
            number = record.Number;
            count++;
        }

        clock.Run();
        if (_timer.Waited is { } waited)
        {
            _timer.Resume(waited);
        }

        _journal!.Start(number, _options.BusyRetryAfter, OnStoreChanged);
        _reselection?.EndReplay();
        if (run.State is null || count > 0)
        {
            // The next start does not have to replay the same records.
            Checkpoint(run.State is null ? Current : null);
            if (!await _journal.WhenCommitted.ConfigureAwait(false))
            {
                throw StoreFault!;
            }
        }

        Log.Resumed(_logger, Current.Version, count);
        return true;
    }

    private async ValueTask ReplayAsync(StoreRecord record, ReplayClock clock)
    {
        ulong expected;
        switch (ReadRecord(record, clock, out SparseUpdate? accepted, out UpdateOutcome outcome, out ulong fingerprint))
        {
            case RecordKind.Accepted:
                using (accepted)
                {
                    UpdateReceipt receipt = await FoldAsync(accepted!, CancellationToken.None).ConfigureAwait(false);
                    CheckReplay(record, outcome, receipt.Outcome);
                }

                expected = fingerprint;
                break;
            case RecordKind.Flushed:
                await PublishIncompleteAsync(CancellationToken.None).ConfigureAwait(false);
                expected = fingerprint;
                break;
            default:
                return;
        }

        CheckReplay(record, $"fingerprint {expected:x16}", $"fingerprint {Current.Fingerprint:x16}");
    }

    /// <summary>Reads a record, and replays it unless that requires the aggregator.</summary>
    private RecordKind ReadRecord(StoreRecord record, ReplayClock clock, out SparseUpdate? accepted, out UpdateOutcome outcome, out ulong fingerprint)
    {
        (accepted, outcome, fingerprint) = (null, default, 0);
        StateReader reader = ServerRecord.Open(record.Bytes.Span, out RecordKind kind, out TimeSpan elapsed);
        clock.Advance(elapsed);
        switch (kind)
        {
            case RecordKind.Assigned:
                _dispatcher.Replay(reader.Client(), ServerRecord.ReadMemoryBudget(ref reader), reader.UInt64(), IssuedAssignment.Load(ref reader));
                break;
            case RecordKind.Released:
                _dispatcher.Release(reader.Client(), new UpdateId(reader.UInt64()));
                break;
            case RecordKind.Renewed:
                _dispatcher.ReplayRenewal(reader.Client(), new UpdateId(reader.UInt64()), reader.Byte());
                break;
            case RecordKind.Accepted:
                accepted = ServerRecord.ReadAccepted(ref reader, Current.Layout, out outcome, out fingerprint);
                return kind;
            case RecordKind.SelectionChanged:
                var version = new SelectionVersion(reader.Int32("selection version"));
                long requiredMemoryBytes = reader.Int64("required memory");
                _dispatcher.ReplaySelection(version, reader.Selection(Current.Layout.ParameterCount), requiredMemoryBytes);
                _reselection?.ReplayChoice();
                break;
            case RecordKind.Evaluated:
                using (SparseUpdate answer = ServerRecord.ReadEvaluated(ref reader, Current.Layout, out string? group))
                {
                    CheckReplay(record, UpdateOutcome.Evaluated, ReplayAnswer(answer, group));
                }

                break;
            case RecordKind.StepScaleChanged:
                _dispatcher.ChangeStepScale((float)reader.Positive("step scale"));
                break;
            default:
                fingerprint = reader.UInt64();
                break;
        }

        reader.End();
        return kind;
    }

    private void CheckReplay<T>(StoreRecord record, T recorded, T replayed)
    {
        if (!EqualityComparer<T>.Default.Equals(recorded, replayed))
        {
            throw new InvalidOperationException(
                $"Record {record.Number} of the store had the result {recorded} at version {Current.Version}, but its replay has the result {replayed}. "
                + "The options of the aggregator, its guard, the reselection or the evaluation differ from those of the interrupted run. Specify the same ones; they may be changed after this start.");
        }
    }

    private async ValueTask<DurableReceipt> FoldDurablyAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        if (_journal is null)
        {
            return new DurableReceipt(await FoldAsync(update, cancellationToken).ConfigureAwait(false), Done);
        }

        if (!await _journal.HasRoomAsync().ConfigureAwait(false))
        {
            return new DurableReceipt(new UpdateReceipt(UpdateOutcome.Busy, Current.Version, RetryAfter: _options.BusyRetryAfter), Done);
        }

        // A checkpoint that a failing store prevented must come before the next update.
        CheckpointIfDue();
        UpdateReceipt receipt = await FoldAsync(update, cancellationToken).ConfigureAwait(false);
        CheckpointIfDue();
        return new DurableReceipt(receipt, _journal.WhenCommitted);
    }

    /// <summary>Returns a receipt when everything that it reports is durable; otherwise a request to retry. A retry of an aggregated update is answered as a duplicate.</summary>
    private async ValueTask<UpdateReceipt> WhenDurableAsync(DurableReceipt receipt, CancellationToken cancellationToken) =>
        await receipt.Committed.WaitAsync(cancellationToken).ConfigureAwait(false)
            ? receipt.Receipt
            : new UpdateReceipt(UpdateOutcome.Busy, receipt.Receipt.Version, RetryAfter: _options.BusyRetryAfter);

    private async ValueTask<CheckOutResponse> WhenDurableAsync(CheckOutResponse checkOut, Task<bool> committed, CancellationToken cancellationToken) =>
        await committed.WaitAsync(cancellationToken).ConfigureAwait(false)
            ? checkOut
            : new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: _options.BusyRetryAfter);

    private async ValueTask<ModelSnapshot?> FlushDurablyAsync(CancellationToken cancellationToken)
    {
        (ModelSnapshot? published, Task<bool> committed) = await CallInTurnAsync(
            async cancelled => (await PublishIncompleteAsync(cancelled).ConfigureAwait(false), _journal!.WhenCommitted), cancellationToken).ConfigureAwait(false);
        return await committed.WaitAsync(cancellationToken).ConfigureAwait(false)
            ? published
            : throw new StoreException($"The publication is not durable yet, because the store fails. Correct the cause in {nameof(StoreFault)}. The server then commits the publication.", StoreFault, isTransient: true);
    }

    private void CheckpointIfDue()
    {
        if (_journal is { IsCheckpointDue: true })
        {
            Checkpoint();
        }
    }

    private void Checkpoint(ModelSnapshot? published = null) => _journal!.Checkpoint(() => CaptureState((IStatefulAggregator)_aggregator), published);

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
