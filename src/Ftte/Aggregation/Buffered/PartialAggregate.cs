using System.Buffers;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte.Aggregation;

/// <summary>Represents the updates that an <see cref="AggregationShard"/> folded: exact partial sums, the IDs of the updates, and what the next reference values depend on.</summary>
/// <remarks>
/// Immutable and safe to share between threads. <see cref="BufferedAggregator.Merge"/> adds it to a buffer; the result has the same bits in every order. <c>docs/wire-format.md</c> describes the
/// bytes. The checksum detects corruption, not forgery.
/// </remarks>
public sealed class PartialAggregate
{
    private const string StateKind = "Ftte.PartialAggregate";
    private const byte FormatVersion = 1;

    private readonly AggregatorState _state;

    private PartialAggregate(AggregatorState state)
    {
        _state = state;
        var reader = new StateReader(state.Content.Span);
        (Version, Count) = SkipHeader(ref reader);
    }

    /// <summary>Gets the current version when the updates were folded. They are part of the version after it.</summary>
    public ModelVersion Version { get; }

    /// <summary>Gets the number of updates; not negative.</summary>
    public int Count { get; }

    /// <summary>Gets the whole partial aggregate as bytes; the input of <see cref="Read"/>.</summary>
    public ReadOnlyMemory<byte> Bytes => _state.Bytes;

    internal ReadOnlyMemory<byte> Content => _state.Content;

    /// <summary>Reads a partial aggregate that was saved or received.</summary>
    /// <param name="bytes">The whole partial aggregate and nothing else. Copied after its length and checksum have been validated.</param>
    /// <returns>The partial aggregate.</returns>
    /// <exception cref="WireFormatException">The bytes are not a partial aggregate, are truncated or corrupt, or have a newer format version.</exception>
    public static PartialAggregate Read(ReadOnlySpan<byte> bytes)
    {
        AggregatorState state = AggregatorState.Read(bytes);
        return state.Kind == StateKind
            ? new PartialAggregate(state)
            : throw new WireFormatException(WireError.BadValue, $"The bytes are a state of kind '{state.Kind}' instead of '{StateKind}'. Specify a partial aggregate.");
    }

    /// <summary>Reads the IDs of the updates.</summary>
    /// <exception cref="WireFormatException">The content is corrupt.</exception>
    internal (ClientId Client, UpdateId Id)[] ReadUpdates()
    {
        var reader = new StateReader(_state.Content.Span);
        SkipHeader(ref reader);
        reader.UInt64();
        reader.UInt64();
        reader.Int64("number of refusals");
        reader.Int64("age of the buffer");
        reader.Bytes("length of the observations");
        return AcceptedUpdates.ReadBuffer(ref reader);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Count} updates for the version after {Version}, {Bytes.Length} bytes";

    internal static PartialAggregate Create(ModelVersion version, int count, ReadOnlySpan<byte> content)
    {
        var output = new ArrayBufferWriter<byte>(content.Length + 16);
        var writer = new StateWriter(output);
        writer.Byte(FormatVersion);
        writer.Int64(version.Number);
        writer.Int32(count);
        output.Write(content);
        return new PartialAggregate(AggregatorState.Create(StateKind, output.WrittenSpan));
    }

    /// <summary>Reads the fields that precede the content.</summary>
    internal static (ModelVersion Version, int Count) SkipHeader(ref StateReader reader)
    {
        byte format = reader.Byte();
        return format == FormatVersion
            ? (new ModelVersion(reader.Int64("version")), reader.Int32("number of updates"))
            : throw new WireFormatException(WireError.UnsupportedVersion, $"The partial aggregate has format version {format}, but this library supports version {FormatVersion}. Update the library.");
    }
}
