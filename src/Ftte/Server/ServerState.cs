using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
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

    private readonly int _selectionsStart;

    /// <param name="bytes">The whole state.</param>
    /// <param name="aggregator">The state of the aggregator in it; null to read it.</param>
    private ServerState(ReadOnlyMemory<byte> bytes, AggregatorState? aggregator = null)
    {
        Bytes = bytes;
        StateReader reader = new(bytes.Span[FixedLength..^sizeof(uint)]);
        LayoutFingerprint = reader.UInt64();
        ParameterCount = reader.Int32("number of parameters", min: 1);
        ReadOnlySpan<byte> saved = reader.Bytes("length of the aggregator's state");
        Aggregator = aggregator ?? AggregatorState.Read(saved);
        _selectionsStart = FixedLength + sizeof(ulong) + sizeof(int) + sizeof(long) + saved.Length;
    }

    /// <summary>Gets the state of the aggregator. Restore the aggregator from it before the server.</summary>
    public AggregatorState Aggregator { get; }

    /// <summary>Gets the <see cref="ParameterLayout.Fingerprint"/> of the model.</summary>
    public ulong LayoutFingerprint { get; }

    /// <summary>Gets a value that indicates whether the format has places for evaluations.</summary>
    internal bool IsFormat2 => Bytes.Span[4] >= 2;

    /// <summary>Gets the number of parameters of the model.</summary>
    public int ParameterCount { get; }

    /// <summary>Gets the whole state as bytes for a file; the input of <see cref="Read"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

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
    public override string ToString() => $"{Aggregator}; {Bytes.Length} bytes with the server's";

    /// <summary>Creates a state.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <param name="aggregator">The aggregator's state.</param>
    /// <param name="capacity">The expected length of the state, in bytes: memory is allocated again if the state is longer, and kept if it is shorter.</param>
    /// <param name="save">Writes the selections, followed by the rest of the server's state.</param>
    internal static ServerState Create(ParameterLayout layout, AggregatorState aggregator, int capacity, Action<StateWriter> save)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(FixedLength, capacity));
        var writer = new StateWriter(output);
        output.GetSpan(FixedLength)[..FixedLength].Clear();
        output.Advance(FixedLength);
        writer.UInt64(layout.Fingerprint);
        writer.Int32(layout.ParameterCount);
        writer.Bytes(aggregator.Bytes.Span);
        save(writer);

        // The length is known only now. Nothing else refers to the memory yet.
        Span<byte> header = MemoryMarshal.AsMemory(output.WrittenMemory).Span;
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        header[4] = FormatVersion;
        BinaryPrimitives.WriteInt64LittleEndian(header[5..], output.WrittenCount - FixedLength);
        writer.Int32(unchecked((int)Crc32C.Compute(output.WrittenSpan)));
        return new ServerState(output.WrittenMemory, aggregator);
    }

    /// <summary>Validates that a state of this model fits into an array: its parameters and, while updates are summed, a sum of 64 bits for each selected one.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    internal static void CheckLength(ParameterLayout layout, ParameterSelection selection)
    {
        long length = ((long)sizeof(float) * layout.ParameterCount) + ((long)sizeof(long) * selection.Count);
        if (length > Array.MaxLength)
        {
            throw new ArgumentException(
                $"The model has {layout.ParameterCount} parameters, {selection.Count} of them selected, so the state of its server has at least {length} bytes; a store supports at most {Array.MaxLength}. Select fewer parameters, or use a server without a store.",
                nameof(selection));
        }
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

    private StateReader SelectionsReader() => new(Bytes.Span[_selectionsStart..^sizeof(uint)]);
}
