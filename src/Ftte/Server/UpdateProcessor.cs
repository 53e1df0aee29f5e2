using Ftte.Aggregation;
using Ftte.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ftte;

/// <summary>Passes updates to the aggregator, records what it accepts, and propagates what it publishes or refuses to all parts of the server.</summary>
/// <remarks>Called only by the reader of the update queue: one call at a time, also while a store is replayed.</remarks>
/// <param name="aggregator">The aggregator.</param>
/// <param name="state">The clients and versions.</param>
/// <param name="issued">The issued assignments, which updates answer.</param>
/// <param name="reselection">Changes the selection; null to keep it.</param>
/// <param name="evaluation">Evaluates versions on devices; null for none.</param>
/// <param name="timer">The timer of incomplete buffers.</param>
/// <param name="idle">The requests of idle devices.</param>
/// <param name="metrics">The metrics of the server.</param>
/// <param name="options">The options of the server.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The logger.</param>
internal sealed class UpdateProcessor(
    IAsyncAggregator aggregator,
    DispatchState state,
    IssuedAssignments issued,
    Reselection? reselection,
    VersionEvaluation? evaluation,
    PublicationTimer timer,
    WorkNotifier idle,
    FtteMetrics metrics,
    FederatedServerOptions options,
    TimeProvider time,
    ILogger logger)
{
    private static readonly Task<bool> Done = Task.FromResult(true);

    private bool _isTrainingEnded;
    private VersionRefusal? _latestRefusal = (aggregator as IGuardedAggregator)?.LatestRefusal;

    private ModelSnapshot Current => state.Feed.Current;

    /// <summary>Processes an update if the store has room for its record, and appends a checkpoint if one is due.</summary>
    public async ValueTask<DurableReceipt> ProcessAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        if (state.Journal is not { } journal)
        {
            return new DurableReceipt(await AggregateAsync(update, cancellationToken).ConfigureAwait(false), Done);
        }

        if (!await journal.HasRoomAsync().ConfigureAwait(false))
        {
            return new DurableReceipt(new UpdateReceipt(UpdateOutcome.Busy, Current.Version, RetryAfter: options.BusyRetryAfter), Done);
        }

        // A checkpoint that a failing store prevented must come before the next update.
        journal.CheckpointIfDue();
        UpdateReceipt receipt = await AggregateAsync(update, cancellationToken).ConfigureAwait(false);
        journal.CheckpointIfDue();
        return new DurableReceipt(receipt, journal.WhenCommitted);
    }

    /// <summary>Aggregates an update, or adds its answer to a survey or an evaluation.</summary>
    public async ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        UpdateHeader header = update.Header;

        // A measurement is not a step, so it is never passed to the aggregator, even if nothing was asked for.
        switch (header.Content)
        {
            case UpdateContent.Importance:
                return Settle(header, reselection?.Answer(update));
            case UpdateContent.Evaluation:
                return Settle(header, evaluation?.Answer(update));
        }

        long age = Current.Version - header.BaseVersion;
        long started = time.GetTimestamp();
        UpdateReceipt receipt;
        try
        {
            receipt = await aggregator.AggregateAsync(update, cancellationToken).ConfigureAwait(false);
            state.Journal?.Accepted(header, update.Values, receipt.Outcome, aggregator.Current);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested || error is not OperationCanceledException)
        {
            Log.AggregatorThrew(logger, error, header.Client, header.Id);
            issued.Release(header.Client, header.Id);
            throw;
        }
        finally
        {
            PropagatePublication();
        }

        metrics.Aggregated(time.GetElapsedTime(started));
        if (receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published)
        {
            metrics.Folded(age, receipt.Weight);
        }

        if (receipt.Outcome == UpdateOutcome.Buffered)
        {
            timer.Buffered();
        }

        return issued.Settle(header, receipt);
    }

    /// <summary>Repeats a recorded answer to an evaluation.</summary>
    public UpdateOutcome ReplayAnswer(SparseUpdate update, string? group) => Settle(update.Header, evaluation?.Replay(update, group)).Outcome;

    /// <summary>Publishes an incomplete buffer if it contains enough updates.</summary>
    /// <returns>The published version; null if the buffer contains too few updates or the version was refused.</returns>
    public async ValueTask<ModelSnapshot?> PublishIncompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            ModelSnapshot? published = await aggregator.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (published is null)
            {
                Log.TooFewUpdates(logger);
            }
            else
            {
                state.Journal?.Flushed(published);
            }

            return published;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested || error is not OperationCanceledException)
        {
            Log.FlushThrew(logger, error);
            throw;
        }
        finally
        {
            PropagatePublication();
            timer.RestartIfWaiting();
            state.Journal?.CheckpointIfDue();
        }
    }

    /// <summary>Publishes an earlier model as a new version.</summary>
    /// <exception cref="InvalidOperationException">The aggregator cannot roll back.</exception>
    public ModelSnapshot RollBack(ModelSnapshot earlier)
    {
        if (aggregator is not IRevertibleAggregator revertible)
        {
            throw new InvalidOperationException($"{aggregator.GetType()} cannot roll back. Implement {nameof(IRevertibleAggregator)}, or use {nameof(BufferedAggregator)}.");
        }

        ModelVersion reverted = Current.Version;
        ParameterSelection changed = state.GetChangedSince(earlier);
        ModelSnapshot published = revertible.RollBack(earlier);
        state.Journal?.RolledBack(earlier, published);
        Log.RolledBack(logger, reverted, earlier.Version);
        PropagatePublication(published.Fingerprint == earlier.Fingerprint ? changed : null);
        state.Journal?.CheckpointIfDue();
        return published;
    }

    /// <summary>Ends training if no client may contribute any more.</summary>
    public void EndTrainingIfDue()
    {
        if (!_isTrainingEnded && (aggregator as ILimitedAggregator)?.EndReason is { } reason)
        {
            _isTrainingEnded = true;
            state.EndTraining();
            Log.ParticipationEnded(logger, reason);
        }
    }

    private UpdateReceipt Settle(in UpdateHeader header, UpdateOutcome? measured) =>
        issued.Settle(header, new UpdateReceipt(measured ?? UpdateOutcome.TooStale, Current.Version));

    /// <summary>Propagates a publication or a refusal of the aggregator to all parts of the server, before the call that caused it is answered.</summary>
    /// <param name="changed">The coordinates that a published version changed; null for those that it states.</param>
    private void PropagatePublication(ParameterSelection? changed = null)
    {
        if ((aggregator as IGuardedAggregator)?.LatestRefusal is { } refusal && !ReferenceEquals(refusal, _latestRefusal))
        {
            _latestRefusal = refusal;
            state.Refuse();
            timer.Published();
            state.Journal?.RequireCheckpoint();
            metrics.Refused();
            Log.VersionRefused(logger, refusal.Version.Next, refusal.UpdateCount, refusal.Version, refusal.Reason);
            idle.NotifyAll();
        }

        EndTrainingIfDue();
        ModelSnapshot newest = aggregator.Current;
        if (ReferenceEquals(newest, Current))
        {
            return;
        }

        // Computed once per version, here outside the lock so that no check-out waits for it.
        _ = newest.Fingerprint;
        state.Publish(newest, changed ?? newest.Changed);
        timer.Published();
        metrics.Published();
        Log.Published(logger, newest.Version);
        reselection?.Published(newest.Version);
        evaluation?.Published(newest);
        idle.NotifyAll();
    }
}
