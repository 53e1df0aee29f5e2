using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Serialization;

namespace Ftte;

/// <summary>Captures and loads the state of the parts of a server. Their order is the format of <see cref="ServerState"/>.</summary>
/// <remarks>Called only by the reader of the update queue, or before the queue exists.</remarks>
internal sealed class StateCapture(
    DispatchState state, AssignmentTerms terms, SelectionHistory selections, DeviceRegistry registry, Reselection? reselection, VersionEvaluation? evaluation)
{
    private const int MinGrowth = 4096;

    // A state is about as long as the one before it.
    private int _capacity = MinGrowth;

    /// <summary>Copies the state on which later versions, IDs and receipts depend.</summary>
    /// <param name="aggregator">The aggregator.</param>
    /// <param name="waited">The time for which the buffer has waited; null if it is empty.</param>
    public ServerState Capture(IStatefulAggregator aggregator, TimeSpan? waited)
    {
        ServerState captured = ServerState.Create(state.Layout, aggregator.CaptureState(), _capacity, writer => Save(writer, waited));
        _capacity = (int)Math.Min(Array.MaxLength, captured.Bytes.Length + Math.Max(MinGrowth, captured.Bytes.Length / 16L));
        return captured;
    }

    /// <summary>Reads a saved state.</summary>
    /// <param name="saved">The state.</param>
    /// <param name="registers">True to restore registered devices; false to keep only the registrations of the registry.</param>
    /// <returns>The time for which the buffer has waited; null if it is empty. The caller starts the timer, which must not fire before the queue exists.</returns>
    public TimeSpan? Load(ServerState saved, bool registers)
    {
        StateReader reader = saved.ServerReader();
        LoadDispatch(ref reader, saved.IsFormat2);
        if (reader.Flag("flag of reselection"))
        {
            if (reselection is not null)
            {
                reselection.Load(ref reader);
            }
            else
            {
                SelectionChooser.Skip(ref reader, state.Layout);
            }
        }

        TimeSpan waited = reader.Duration("time that the buffer waited");
        bool waits = reader.Flag("flag of a waiting buffer");
        registry.Load(ref reader, registers);
        if (saved.IsFormat2 && reader.Flag("flag of evaluations"))
        {
            ReadOnlySpan<byte> section = reader.Bytes("evaluations");
            evaluation?.Load(section);
        }

        reader.End();
        return waits ? waited : null;
    }

    private void Save(StateWriter writer, TimeSpan? waited)
    {
        selections.Save(writer);
        SaveDispatch(writer);
        writer.Flag(reselection is not null);
        reselection?.Save(writer);
        writer.Duration(waited ?? TimeSpan.Zero);
        writer.Flag(waited is not null);
        registry.Save(writer);
        writer.Flag(evaluation is not null);
        evaluation?.Save(writer);
    }

    /// <summary>Writes what check-outs read, at one moment.</summary>
    private void SaveDispatch(StateWriter writer)
    {
        lock (state.Lock)
        {
            writer.Int64(terms.RequiredMemoryBytes);
            state.Save(writer);
            writer.Flag(reselection?.Survey is not null);
            reselection?.Survey?.Save(writer);
            writer.Flag(evaluation is not null);
            if (evaluation is not null)
            {
                EvaluationState.WriteSection(writer, evaluation.Collector.Save);
            }

            writer.Double(terms.StepScale);
        }
    }

    private void LoadDispatch(ref StateReader reader, bool isFormat2)
    {
        lock (state.Lock)
        {
            terms.RequiredMemoryBytes = reader.Int64("required memory");
            state.Load(ref reader, hasRenewals: isFormat2);
            if (reader.Flag("flag of a survey"))
            {
                // A server without surveys skips the survey of a state that has one.
                (reselection?.Survey ?? new SurveyCollector(state, probes: 1)).Load(ref reader);
            }

            if (!isFormat2)
            {
                return;
            }

            if (reader.Flag("flag of evaluations"))
            {
                var section = new StateReader(reader.Bytes("evaluations"));
                evaluation?.Collector.Load(ref section);
            }

            terms.ChangeStepScale((float)reader.Positive("step scale"));
        }
    }
}
