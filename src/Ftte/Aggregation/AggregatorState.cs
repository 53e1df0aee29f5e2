using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Ftte.Numerics;
using Ftte.Wire;

namespace Ftte.Aggregation;

/// <summary>Represents the saved state of an aggregator: bytes with a kind, a format version and a checksum.</summary>
/// <remarks>
/// Immutable and safe to share between threads. <c>docs/wire-format.md</c> describes the bytes. The checksum detects corruption, not forgery: store
/// states where only the server can write.
/// </remarks>
public sealed class AggregatorState
{
    /// <summary>The version of the format that this library writes and reads.</summary>
    public const byte FormatVersion = 1;

    /// <summary>The maximum length of <see cref="Kind"/>, in UTF-8 bytes.</summary>
    public const int MaxKindBytes = 64;

    private const uint Magic = 0x5441_5446; // "FTAT"

    // Magic, version, length of the kind, length of the content; after the content the checksum.
    private const int FixedLength = sizeof(uint) + 1 + 1 + sizeof(long);

    private readonly byte[] _bytes;
    private readonly int _contentStart;

    private AggregatorState(byte[] bytes, string kind, int contentStart) => (_bytes, Kind, _contentStart) = (bytes, kind, contentStart);

    /// <summary>Gets the kind of the aggregator, such as <c>Ftte.BufferedAggregator</c>.</summary>
    public string Kind { get; }

    /// <summary>Gets the bytes that the aggregator saved.</summary>
    public ReadOnlyMemory<byte> Content => _bytes.AsMemory(_contentStart..^sizeof(uint));

    /// <summary>Gets the whole state as bytes for a file; the input of <see cref="Read"/>.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Creates a state from the bytes that an aggregator saves.</summary>
    /// <param name="kind">The kind of the aggregator; 1 to <see cref="MaxKindBytes"/> bytes of UTF-8.</param>
    /// <param name="content">The bytes from which the aggregator can be restored, in its own format. Copied.</param>
    /// <returns>The state.</returns>
    /// <exception cref="ArgumentException">The kind is empty or too long, or the content exceeds the maximum length of an array.</exception>
    public static AggregatorState Create(string kind, ReadOnlySpan<byte> content)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        byte[] name = Encoding.UTF8.GetBytes(kind);
        if (name.Length > MaxKindBytes)
        {
            throw new ArgumentException($"The kind has {name.Length} bytes; at most {MaxKindBytes} are allowed. Choose a shorter name.", nameof(kind));
        }

        long length = FixedLength + name.Length + (long)content.Length + sizeof(uint);
        if (length > Array.MaxLength)
        {
            throw new ArgumentException($"The state has {length} bytes, more than the maximum length of an array, {Array.MaxLength}. Save less content.", nameof(content));
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        bytes[4] = FormatVersion;
        bytes[5] = (byte)name.Length;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(6), content.Length);
        name.CopyTo(bytes, FixedLength);
        content.CopyTo(bytes.AsSpan(FixedLength + name.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - sizeof(uint)), Crc32C.Compute(bytes.AsSpan(..^sizeof(uint))));
        return new AggregatorState(bytes, kind, FixedLength + name.Length);
    }

    /// <summary>Reads a state that was saved.</summary>
    /// <param name="bytes">The whole state and nothing else. Copied after validation.</param>
    /// <returns>The state.</returns>
    /// <exception cref="WireFormatException">The bytes are not an aggregator's state, are truncated or corrupt, or have a newer format version.</exception>
    public static AggregatorState Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedLength + sizeof(uint))
        {
            throw new WireFormatException(WireError.TooShort, $"{bytes.Length} bytes are too few for an aggregator's state. The file is truncated. Use an earlier one.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw new WireFormatException(WireError.BadMagic, "The bytes do not start with \"FTAT\", so they are not an aggregator's state. Specify another file.");
        }

        if (bytes[4] != FormatVersion)
        {
            throw new WireFormatException(WireError.UnsupportedVersion, $"The aggregator's state has format version {bytes[4]}, but this library supports version {FormatVersion}. Update the library.");
        }

        int contentStart = FixedLength + bytes[5];
        long contentLength = BinaryPrimitives.ReadInt64LittleEndian(bytes[6..]);
        if (contentLength != (long)bytes.Length - contentStart - sizeof(uint))
        {
            throw new WireFormatException(
                contentLength > (long)bytes.Length - contentStart - sizeof(uint) ? WireError.TooShort : WireError.Inconsistent,
                $"The aggregator's state declares {contentLength} bytes of content, which does not fit its {bytes.Length} bytes. The file was truncated or extended. Use an earlier one.");
        }

        uint declared = BinaryPrimitives.ReadUInt32LittleEndian(bytes[^sizeof(uint)..]);
        uint actual = Crc32C.Compute(bytes[..^sizeof(uint)]);
        if (declared != actual)
        {
            throw new WireFormatException(WireError.ChecksumMismatch, $"The checksum of the aggregator's state is {actual:x8}, but the file contains {declared:x8}. The file is corrupt. Use an earlier one.");
        }

        ReadOnlySpan<byte> name = bytes[FixedLength..contentStart];
        string kind = name.Length <= MaxKindBytes && Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : "";
        return string.IsNullOrWhiteSpace(kind)
            ? throw new WireFormatException(WireError.BadValue, "The kind of the aggregator's state is empty, too long or not valid UTF-8. Use an earlier state.")
            : new AggregatorState(bytes.ToArray(), kind, contentStart);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Kind}, {_bytes.Length} bytes";
}
