using System.Buffers;
using Ftte.Selection;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte.Aggregation;

/// <summary>Captures and restores the state. <c>docs/wire-format.md</c> lists the fields in the order in which they are written and read.</summary>
public sealed partial class BufferedAggregator
{
    /// <summary>The <see cref="AggregatorState.Kind"/> of states that this class captures.</summary>
    public const string StateKind = "Ftte.BufferedAggregator";

    private const byte StateVersion = 1;

    // The length of the state that was captured last: the next one is about as long.
    private int _stateBytes = 256;

    /// <summary>Creates an aggregator from a captured state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="layout">The layout of the model in the state.</param>
    /// <param name="selections">The announced selections, shared with the server. They must have the same numbers as when the state was captured.</param>
    /// <param name="options">The options; null for FTTE's defaults. Options are not part of the state.</param>
    /// <param name="pool">The pool to rent temporary vectors from; null for the shared pool.</param>
    /// <returns>An aggregator that returns the same results, bit for bit, as the captured aggregator would have.</returns>
    /// <exception cref="ArgumentException">
    /// The state is of another kind of aggregator or another layout, was captured with another reduction or optimizer, with another capacity while its
    /// buffer was not empty, or with other selections; or an option is out of range.
    /// </exception>
    /// <exception cref="WireFormatException">The content of the state is corrupt.</exception>
    public static BufferedAggregator Restore(
        AggregatorState state, ParameterLayout layout, SelectionHistory selections, BufferedAggregatorOptions? options = null, MemoryPool<float>? pool = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(selections);
        StateMismatch.Check("kind of aggregator", state.Kind, StateKind, nameof(state));
        var reader = new StateReader(state.Content.Span);
        byte version = reader.Byte();
        if (version != StateVersion)
        {
            throw new WireFormatException(WireError.UnsupportedVersion, $"The aggregator's state has version {version}, but this library supports version {StateVersion}. Update the library.");
        }

        StateMismatch.Check("layout", reader.UInt64(), layout.Fingerprint, nameof(layout));
        var number = new ModelVersion(reader.Int64("version"));
        ParameterSelection? changed = reader.Flag("flag of changed coordinates") ? reader.Selection(layout.ParameterCount) : null;
        ModelSnapshot model = ModelSnapshot.TakeOver(layout, number, reader.Finite("parameter", layout.ParameterCount), changed);
        var aggregator = new BufferedAggregator(model, selections, options, pool);
        try
        {
            aggregator.Load(ref reader);
            reader.End();
            return aggregator;
        }
        catch
        {
            aggregator.Discard();
            throw;
        }
    }

    /// <inheritdoc />
    public AggregatorState CaptureState()
    {
        var output = new ArrayBufferWriter<byte>(_stateBytes);
        var writer = new StateWriter(output);
        writer.Byte(StateVersion);
        writer.UInt64(Layout.Fingerprint);
        writer.Int64(_current.Version.Number);
        writer.Flag(_current.Changed is not null);
        if (_current.Changed is { } changed)
        {
            writer.Selection(changed);
        }

        writer.Values(_current.Parameters.Span);
        writer.Int64(_refusals);
        writer.Text(_optimizer.Kind);
        writer.Int64(_recordedSteps);
        writer.Int64(_bufferAge);
        SaveOptimizer(writer);
        _steps.Save(writer);
        _references.Save(writer);
        _validator.Save(writer);
        writer.Flag(_direction is not null);
        _direction?.Save(writer);
        writer.Flag(_history is not null);
        _history?.Save(writer);
        _statistics?.Save(writer);
        _buffer.Save(writer);
        writer.Int32(_held.Count);
        foreach (UpdateCopy held in _held)
        {
            held.Save(writer);
        }

        _stateBytes = output.WrittenCount;
        return AggregatorState.Create(StateKind, output.WrittenSpan);
    }

    private void Load(ref StateReader reader)
    {
        _refusals = reader.Int64("number of refusals");
        StateMismatch.Check("optimizer", reader.Text("optimizer"), _optimizer.Kind);
        _recordedSteps = reader.Int64("number of steps");
        _bufferAge = reader.Int64("age of the buffer");
        LoadOptimizer(reader.Bytes("length of the optimizer's state"));
        _steps.Load(ref reader);
        _references.Load(ref reader);
        _validator.Load(ref reader);
        StateMismatch.Check("alignment input of the weighting", reader.Flag("flag of a direction"), _direction is not null);
        _direction?.Load(ref reader);
        StateMismatch.Check("drift input of the weighting", reader.Flag("flag of earlier versions"), _history is not null);
        _history?.Load(ref reader, _current);
        _statistics?.Load(ref reader);
        var selections = new StateSelections(_selections);
        _buffer.Load(ref reader, selections);
        int held = reader.Count("number of held updates", UpdateCopy.MinSavedBytes);
        for (int i = 0; i < held; i++)
        {
            _held.Add(UpdateCopy.Load(ref reader, selections, Layout, _pool));
        }
    }

    private void SaveOptimizer(StateWriter writer)
    {
        var saved = new ArrayBufferWriter<byte>();
        (_optimizer as IOptimizerStateStorage)?.Save(saved);
        writer.Bytes(saved.WrittenSpan);
    }

    private void LoadOptimizer(ReadOnlySpan<byte> saved)
    {
        if (_optimizer is IOptimizerStateStorage storage)
        {
            storage.Load(saved);
        }
        else if (!saved.IsEmpty)
        {
            throw StateReader.Bad("length of the optimizer's state", saved.Length);
        }
    }
}
