using System.Buffers.Binary;
using Ftte.Numerics;

namespace Ftte.Wire;

/// <summary>Represents the frame of a message: magic, version, kind, value format, counts, then header, values and checksum.</summary>
/// <remarks>The frame is validated before anything is allocated, cheap checks first.</remarks>
internal readonly ref struct Envelope
{
    /// <summary>The number of bytes before the header.</summary>
    public const int Length = 20;

    /// <summary>The number of bytes after the values.</summary>
    public const int ChecksumLength = sizeof(uint);

    public const uint Magic = 0x4554_5446; // "FTTE"

    private const int PeekLength = 6;

    private Envelope(ValueFormat format, int valueCount, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        Format = format;
        ValueCount = valueCount;
        Header = header;
        Payload = payload;
    }

    public ValueFormat Format { get; }

    public int ValueCount { get; }

    public ReadOnlySpan<byte> Header { get; }

    /// <summary>Gets the packed values. Their length was validated against <see cref="ValueCount"/> and <see cref="Format"/>.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    public static long GetLength(long headerLength, int valueCount, ValueFormat format) =>
        Length + headerLength + ValueCodec.GetLength(valueCount, format) + ChecksumLength;

    public static void Write(Span<byte> destination, MessageKind kind, ValueFormat format, int length, int headerLength, int valueCount)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        destination[4] = WireMessage.FormatVersion;
        destination[5] = (byte)kind;
        destination[6] = (byte)format;
        destination[7] = ValueCodec.GetGroupSize(format);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], length);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], headerLength);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], valueCount);
    }

    public static MessageKind ReadKind(ReadOnlySpan<byte> message)
    {
        if (message.Length < PeekLength)
        {
            throw new WireFormatException(WireError.TooShort,
                $"{message.Length} bytes are too few to identify a message. At least {PeekLength} are required. The message was truncated. Send it again.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(message) != Magic)
        {
            throw new WireFormatException(WireError.BadMagic,
                "The bytes do not start with \"FTTE\", so they are not an Ftte message. Check the input of the transport.");
        }

        if (message[4] != WireMessage.FormatVersion)
        {
            throw new WireFormatException(WireError.UnsupportedVersion,
                $"The message has format version {message[4]}, but this library supports version {WireMessage.FormatVersion}. Update the older side.");
        }

        var kind = (MessageKind)message[5];
        return Enum.IsDefined(kind)
            ? kind
            : throw new WireFormatException(WireError.WrongKind,
                $"The message has the unknown kind {message[5]}. Update the older side.");
    }

    /// <summary>Validates the frame and the checksum of a message of the expected kind.</summary>
    public static Envelope Open(ReadOnlySpan<byte> message, MessageKind expected, WireLimits limits)
    {
        MessageKind kind = ReadKind(message);
        if (kind != expected)
        {
            throw new WireFormatException(WireError.WrongKind,
                $"The message has the kind {kind}, not {expected}. Check its kind with {nameof(WireMessage)}.{nameof(WireMessage.Peek)} before choosing a reader.");
        }

        if (message.Length < Length + ChecksumLength)
        {
            throw new WireFormatException(WireError.TooShort,
                $"{message.Length} bytes are too few. The minimum length of a message is {Length + ChecksumLength}. The message was truncated. Send it again.");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(message[8..]);
        uint headerLength = BinaryPrimitives.ReadUInt32LittleEndian(message[12..]);
        uint valueCount = BinaryPrimitives.ReadUInt32LittleEndian(message[16..]);
        if (message.Length < length)
        {
            throw new WireFormatException(WireError.TooShort,
                $"The message declares {length} bytes, but {message.Length} arrived. It was truncated. Send it again.");
        }

        var format = (ValueFormat)message[6];
        if (!Enum.IsDefined(format))
        {
            throw new WireFormatException(WireError.BadValue,
                $"The message has the unknown value format {message[6]}. Update the older side, or use another format.");
        }

        if (message[7] != ValueCodec.GetGroupSize(format))
        {
            throw new WireFormatException(WireError.BadValue,
                $"The message declares groups of {message[7]} values, but {format} has groups of {ValueCodec.GetGroupSize(format)}. Correct the sender.");
        }

        if (valueCount > limits.MaxValues)
        {
            throw new WireFormatException(WireError.LimitExceeded,
                $"The message declares {valueCount} values, more than the maximum of {limits.MaxValues}. If the message is valid, raise {nameof(WireLimits)}.{nameof(WireLimits.MaxValues)}.");
        }

        if (message.Length > limits.MaxMessageBytes)
        {
            throw new WireFormatException(WireError.LimitExceeded,
                $"The message has {message.Length} bytes, more than the maximum of {limits.MaxMessageBytes}. If the message is valid, raise {nameof(WireLimits)}.{nameof(WireLimits.MaxMessageBytes)}.");
        }

        // Cannot overflow: the count fits in an int here, and the length is computed in 64 bits.
        if (message.Length != length || length != GetLength(headerLength, (int)valueCount, format))
        {
            throw new WireFormatException(WireError.Inconsistent,
                $"{message.Length} bytes arrived, but the message declares {length} in total, a header of {headerLength} and {valueCount} values as {format}. Correct the sender.");
        }

        ReadOnlySpan<byte> body = message[..^ChecksumLength];
        uint declared = BinaryPrimitives.ReadUInt32LittleEndian(message[body.Length..]);
        uint actual = Crc32C.Compute(body);
        if (actual != declared)
        {
            throw new WireFormatException(WireError.ChecksumMismatch,
                $"The checksum is {actual:x8}, but the message declares {declared:x8}. The message was changed in transit. Send it again.");
        }

        int values = Length + (int)headerLength;
        return new Envelope(format, (int)valueCount, body[Length..values], body[values..]);
    }

    /// <summary>Validates that the message contains no values.</summary>
    public void CheckNoValues()
    {
        if (ValueCount != 0 || Format != default)
        {
            throw new WireFormatException(WireError.Inconsistent,
                $"The message contains {ValueCount} values as {Format}, but messages of its kind contain none. Correct the sender.");
        }
    }
}
