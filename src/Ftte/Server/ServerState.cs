using System.Buffers;
using System.Buffers.Binary;
using Ftte.Aggregation;
using Ftte.Numerics;
using Ftte.Selection;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte;

/// <summary>Represents the saved state of a <see cref="FederatedServer"/> and its aggregator, so that training continues after a restart with the same results.</summary>
/// <remarks>
/// <para>Contains the aggregator's state, the selections, the assignments, leases, shares, surveys and evaluations of clients, the best evaluated version, the changes since earlier versions, the registered and unregistered devices,
/// and the counter of update IDs. Options are not part of it. Time during which no server runs does not count: a restored lease has the same remaining time as when it was saved.</para>
/// <para>Immutable and safe to share between threads. The checksum detects corruption, not forgery: store states where only the server can write.</para>
/// </remarks>
public sealed class ServerState
{
    /// <summary>The version of the format that this library writes. It also reads version 1, which has no evaluations.</summary>
    public const byte FormatVersion = 2;

    private const uint Magic = 0x5653_5446; // "FTSV"

    // Magic, version, length of the content; after the content the checksum.
    private const int FixedLength = sizeof(uint) + 1 + sizeof(long);

    private readonly byte[] _bytes;
    private readonly int _selectionsStart;

    private ServerState(byte[] bytes)
    {
        _bytes = bytes;
        StateReader reader = new(bytes.AsSpan(FixedLength..^sizeof(uint)));
        LayoutFingerprint = reader.UInt64();
        ParameterCount = reader.Int32("number of parameters", min: 1);
        ReadOnlySpan<byte> aggregator = reader.Bytes("length of the aggregator's state");
        Aggregator = AggregatorState.Read(aggregator);
        _selectionsStart = FixedLength + sizeof(ulong) + sizeof(int) + sizeof(long) + aggregator.Length;
    }

    /// <summary>Gets the state of the aggregator. Restore the aggregator from it before the server.</summary>
    public AggregatorState Aggregator { get; }

    /// <summary>Gets the <see cref="ParameterLayout.Fingerprint"/> of the model.</summary>
    public ulong LayoutFingerprint { get; }

    /// <summary>Gets a value that indicates whether the format has places for evaluations.</summary>
    internal bool IsFormat2 => _bytes[4] >= 2;

    /// <summary>Gets the number of parameters of the model.</summary>
    public int ParameterCount { get; }

    /// <summary>Gets the whole state as bytes for a file; the input of <see cref="Read"/>.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Reads a state that was saved.</summary>
    /// <param name="bytes">The whole state and nothing else. Copied after its length and checksum have been validated.</param>
    /// <returns>The state.</returns>
    /// <exception cref="WireFormatException">The bytes are not a server's state, are truncated or corrupt, or have another format version.</exception>
    public static ServerState Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedLength + sizeof(uint))
        {
            throw new WireFormatException(WireError.TooShort, $"{bytes.Length} bytes are too few for a server's state. The file is truncated. Use an earlier one.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw new WireFormatException(WireError.BadMagic, "The bytes do not start with \"FTSV\", so they are not a server's state. Specify another file.");
        }

        if (bytes[4] is not (1 or FormatVersion))
        {
            throw new WireFormatException(WireError.UnsupportedVersion, $"The server's state has format version {bytes[4]}, but this library supports versions 1 to {FormatVersion}. Update the library.");
        }

        long declaredLength = BinaryPrimitives.ReadInt64LittleEndian(bytes[5..]), length = bytes.Length - FixedLength - sizeof(uint);
        if (declaredLength != length)
        {
            throw new WireFormatException(
                declaredLength > length ? WireError.TooShort : WireError.Inconsistent,
                $"The server's state declares {declaredLength} bytes of content, but has {length}. The file was truncated or extended. Use an earlier one.");
        }

        uint declared = BinaryPrimitives.ReadUInt32LittleEndian(bytes[^sizeof(uint)..]), actual = Crc32C.Compute(bytes[..^sizeof(uint)]);
        return declared == actual
            ? new ServerState(bytes.ToArray())
            : throw new WireFormatException(WireError.ChecksumMismatch, $"The checksum of the server's state is {actual:x8}, but the file contains {declared:x8}. The file is corrupt. Use an earlier one.");
    }

    /// <summary>Restores the selections that the server had announced, for the aggregator and the server.</summary>
    /// <returns>A new history.</returns>
    /// <exception cref="WireFormatException">The selections in the state are not valid.</exception>
    public SelectionHistory RestoreSelections()
    {
        StateReader reader = SelectionsReader();
        return SelectionHistory.Load(ref reader, ParameterCount);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Aggregator}; {_bytes.Length} bytes with the server's";

    /// <summary>Creates a state.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <param name="aggregator">The aggregator's state.</param>
    /// <param name="save">Writes the selections, followed by the rest of the server's state.</param>
    internal static ServerState Create(ParameterLayout layout, AggregatorState aggregator, Action<StateWriter> save)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new StateWriter(output);
        writer.UInt64(layout.Fingerprint);
        writer.Int32(layout.ParameterCount);
        writer.Bytes(aggregator.Bytes.Span);
        save(writer);
        ReadOnlySpan<byte> content = output.WrittenSpan;
        byte[] bytes = GC.AllocateUninitializedArray<byte>(checked(FixedLength + content.Length + sizeof(uint)));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        bytes[4] = FormatVersion;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(5), content.Length);
        content.CopyTo(bytes.AsSpan(FixedLength));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - sizeof(uint)), Crc32C.Compute(bytes.AsSpan(..^sizeof(uint))));
        return new ServerState(bytes);
    }

    /// <summary>Validates that an aggregator and selections were restored from this state.</summary>
    /// <exception cref="ArgumentException">The layout or the version of the selections differs.</exception>
    internal void CheckFits(IAsyncAggregator aggregator, SelectionHistory selections)
    {
        ParameterLayout layout = aggregator.Current.Layout;
        if (LayoutFingerprint != layout.Fingerprint)
        {
            throw new ArgumentException($"The layout of the state differs from the aggregator's, {layout}. Restore the aggregator from {nameof(ServerState)}.{nameof(Aggregator)}.", nameof(aggregator));
        }

        SelectionVersion saved = RestoreSelections().Current.Version;
        if (selections.Current.Version != saved)
        {
            throw new ArgumentException($"The selections are at {selections.Current.Version}, but the state was captured at {saved}. Use {nameof(ServerState)}.{nameof(RestoreSelections)}.", nameof(selections));
        }
    }

    /// <summary>Creates a reader of the state that follows the selections.</summary>
    internal StateReader ServerReader()
    {
        StateReader reader = SelectionsReader();
        SelectionHistory.Load(ref reader, ParameterCount);
        return reader;
    }

    private StateReader SelectionsReader() => new(_bytes.AsSpan(_selectionsStart..^sizeof(uint)));
}
