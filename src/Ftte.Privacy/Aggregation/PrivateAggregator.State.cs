using System.Buffers;
using Ftte.Aggregation;
using Ftte.Privacy.Noise;
using Ftte.Selection;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte.Privacy;

/// <content>Captures and restores the state. The contributions of clients and the secret of the noise are part of it.</content>
public sealed partial class PrivateAggregator
{
    /// <summary>The <see cref="AggregatorState.Kind"/> of states that this class captures.</summary>
    public const string StateKind = "Ftte.PrivateAggregator";

    private const byte StateVersion = 1;

    /// <summary>Creates an aggregator from a captured state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="layout">The layout of the model in the state.</param>
    /// <param name="selections">The announced selections, shared with the server. They must have the same numbers as when the state was captured.</param>
    /// <param name="privacy">The options of differential privacy; the same as before, except for <see cref="DifferentialPrivacyOptions.Delta"/>.</param>
    /// <param name="options">The options of the aggregation; null for <see cref="CreateDefaultOptions"/>.</param>
    /// <param name="pool">The pool to rent temporary vectors from; null for the shared pool.</param>
    /// <returns>An aggregator that returns the same results, bit for bit, as the captured aggregator would have.</returns>
    /// <exception cref="ArgumentException">
    /// The state is of another kind of aggregator or another layout, was captured with other options of privacy, another optimizer, another capacity while its buffer was not empty, or
    /// other selections; or an option is out of range.
    /// </exception>
    /// <exception cref="WireFormatException">The content of the state is corrupt.</exception>
    public static PrivateAggregator Restore(
        AggregatorState state,
        ParameterLayout layout,
        SelectionHistory selections,
        DifferentialPrivacyOptions privacy,
        BufferedAggregatorOptions? options = null,
        MemoryPool<float>? pool = null)
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
        var aggregator = new PrivateAggregator(model, selections, privacy, options, pool);
        aggregator.Load(ref reader);
        reader.End();
        return aggregator;
    }

    /// <inheritdoc />
    /// <remarks><b>Keep the state secret</b>: it contains the noise, with which the contributions of clients can be computed from the versions.</remarks>
    public AggregatorState CaptureState()
    {
        var output = new ArrayBufferWriter<byte>();
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
        writer.Double(_privacy.ClippingNorm);
        writer.Double(_privacy.NoiseMultiplier);
        writer.Int32(_privacy.MaxVersions);
        writer.Int32(_privacy.MaxParticipations);
        writer.Int32(_privacy.MinSeparation);
        writer.Int32(_privacy.Bands);
        writer.Flag(_privacy.AdaptiveClipping is not null);
        writer.Flag(_privacy.TestSeed is not null);
        writer.Int64(_refusals);
        writer.Text(_optimizer.Kind);
        var saved = new ArrayBufferWriter<byte>();
        (_optimizer as IOptimizerStateStorage)?.Save(saved);
        writer.Bytes(saved.WrittenSpan);
        writer.Int64(_recordedSteps);
        writer.Int64(_bufferAge);
        writer.Int32(_unclipped);
        _weights.Save(writer);
        writer.Double(_clipping.Norm);
        writer.Values(_key.Bytes);
        _participations.Save(writer);
        _noise.Save(writer);
        _validator.Save(writer);
        _buffer.Save(writer);
        return AggregatorState.Create(StateKind, output.WrittenSpan);
    }

    private void Load(ref StateReader reader)
    {
        StateMismatch.Check("clipping norm", reader.Positive("clipping norm"), _privacy.ClippingNorm, "privacy");
        StateMismatch.Check("noise multiplier", reader.Positive("noise multiplier"), _privacy.NoiseMultiplier, "privacy");
        StateMismatch.Check("maximum number of versions", reader.Int32("maximum number of versions"), _privacy.MaxVersions, "privacy");
        StateMismatch.Check("maximum number of participations", reader.Int32("maximum number of participations"), _privacy.MaxParticipations, "privacy");
        StateMismatch.Check("separation", reader.Int32("separation"), _privacy.MinSeparation, "privacy");
        StateMismatch.Check("number of bands", reader.Int32("number of bands"), _privacy.Bands, "privacy");
        StateMismatch.Check("adaptive clipping", reader.Flag("flag of adaptive clipping"), _privacy.AdaptiveClipping is not null, "privacy");
        StateMismatch.Check("test seed", reader.Flag("flag of a test seed"), _privacy.TestSeed is not null, "privacy");
        _refusals = reader.Int64("number of refusals");
        StateMismatch.Check("optimizer", reader.Text("optimizer"), _optimizer.Kind);
        ReadOnlySpan<byte> saved = reader.Bytes("length of the optimizer's state");
        if (_optimizer is IOptimizerStateStorage storage)
        {
            storage.Load(saved);
        }

        _recordedSteps = reader.Int64("number of steps");
        _bufferAge = reader.Int64("age of the buffer");
        _unclipped = reader.Int32("number of updates that were not clipped");
        _weights = FixedPoint.Load(ref reader);
        _clipping.Restore(reader.Positive("current clipping norm"));
        _key = NoiseKey.Load(reader.Values<byte>(NoiseKey.Length));
        _participations.Load(ref reader);
        _noise.Load(ref reader);
        _validator.Load(ref reader);
        _buffer.Load(ref reader, new StateSelections(_selections));
    }
}
