using Ftte.Serialization;
using Ftte.Storage;

namespace Ftte;

/// <summary>Repeats the records of a store. The checkpoint from which the server was restored may include some of them.</summary>
/// <remarks>Called only by the reader of the update queue.</remarks>
internal sealed class StoreReplay(
    DispatchState state,
    AssignmentDispatcher dispatcher,
    AssignmentTerms terms,
    IssuedAssignments issued,
    UpdateProcessor processor,
    Reselection? reselection,
    DeviceRegistry registry,
    ReplayClock clock)
{
    /// <summary>Repeats a record.</summary>
    /// <exception cref="InvalidOperationException">The replay has another result than the interrupted run.</exception>
    public async ValueTask ReplayAsync(StoreRecord record)
    {
        switch (Read(record, out SparseUpdate? accepted, out UpdateOutcome outcome, out ulong fingerprint))
        {
            case RecordKind.Accepted:
                using (accepted)
                {
                    UpdateReceipt receipt = await processor.AggregateAsync(accepted!, CancellationToken.None).ConfigureAwait(false);
                    Check(record, outcome, receipt.Outcome);
                }

                break;
            case RecordKind.Flushed:
                await processor.PublishIncompleteAsync(CancellationToken.None).ConfigureAwait(false);
                break;
            case RecordKind.RolledBack:
                break;
            default:
                return;
        }

        Check(record, $"fingerprint {fingerprint:x16}", $"fingerprint {state.Feed.Current.Fingerprint:x16}");
    }

    /// <summary>Reads a record, and replays it unless that is asynchronous.</summary>
    private RecordKind Read(StoreRecord record, out SparseUpdate? accepted, out UpdateOutcome outcome, out ulong fingerprint)
    {
        (accepted, outcome, fingerprint) = (null, default, 0);
        StateReader reader = ServerRecord.Open(record.Bytes.Span, out RecordKind kind, out TimeSpan elapsed);
        clock.Advance(elapsed);
        switch (kind)
        {
            case RecordKind.Assigned:
                dispatcher.Replay(reader.Client(), ServerRecord.ReadMemoryBudget(ref reader), reader.UInt64(), IssuedAssignment.Load(ref reader));
                break;
            case RecordKind.Released:
                issued.Release(reader.Client(), new UpdateId(reader.UInt64()));
                break;
            case RecordKind.Renewed:
                issued.ReplayRenewal(reader.Client(), new UpdateId(reader.UInt64()), reader.Byte());
                break;
            case RecordKind.Accepted:
                accepted = ServerRecord.ReadAccepted(ref reader, state.Layout, out outcome, out fingerprint);
                return kind;
            case RecordKind.SelectionChanged:
                var version = new SelectionVersion(reader.Int32("selection version"));
                long requiredMemoryBytes = reader.Int64("required memory");
                terms.ReplaySelection(version, reader.Selection(state.Layout.ParameterCount), requiredMemoryBytes);
                reselection?.ReplayChoice();
                break;
            case RecordKind.Evaluated:
                using (SparseUpdate answer = ServerRecord.ReadEvaluated(ref reader, state.Layout, out string? group))
                {
                    Check(record, UpdateOutcome.Evaluated, processor.ReplayAnswer(answer, group));
                }

                break;
            case RecordKind.StepScaleChanged:
                terms.ChangeStepScale((float)reader.Positive("step scale"));
                break;
            case RecordKind.RegistrationChanged:
                ReplayRegistration(reader.Client(), ServerRecord.ReadMemoryBudget(ref reader));
                break;
            case RecordKind.RolledBack:
                processor.RollBack(ServerRecord.ReadRolledBack(ref reader, state.Layout, out fingerprint));
                break;
            default:
                fingerprint = reader.UInt64();
                break;
        }

        reader.End();
        return kind;
    }

    private void ReplayRegistration(ClientId client, long? memoryBudgetBytes)
    {
        if (registry.IsStored)
        {
            registry.Replay(client, memoryBudgetBytes);
        }
    }

    private void Check<T>(StoreRecord record, T recorded, T replayed)
    {
        if (!EqualityComparer<T>.Default.Equals(recorded, replayed))
        {
            throw new InvalidOperationException(
                $"Record {record.Number} of the store had the result {recorded} at version {state.Feed.Current.Version}, but its replay has the result {replayed}. "
                + "The options of the aggregator, its guard, the reselection or the evaluation differ from those of the interrupted run. Specify the same ones; they may be changed after this start.");
        }
    }
}
