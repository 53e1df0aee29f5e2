using System.Buffers.Binary;
using Ftte.Numerics;

namespace Ftte.Wire;

/// <summary>The frame around every message: magic, version, kind, value format, counts, then header, values and checksum.</summary>
/// <remarks>Everything here is checked before anything is allocated, cheap checks first.</remarks>
internal readonly ref struct Envelope
{
    /// <summary>The bytes before the header.</summary>
    public const int Length = 20;

    /// <summary>The bytes after the values.</summary>
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

    /// <summary>Gets the packed values; their length has been checked against <see cref="ValueCount"/> and <see cref="Format"/>.</summary>
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
                $"{message.Length} bytes are too few to tell what they are; it takes {PeekLength}. The message was cut off: send it again.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(message) != Magic)
        {
            throw new WireFormatException(WireError.BadMagic,
                "The bytes do not begin with \"FTTE\": this is not such a message. Check what the transport hands over.");
        }

        if (message[4] != WireMessage.FormatVersion)
        {
            throw new WireFormatException(WireError.UnsupportedVersion,
                $"The message is of format version {message[4]}, this library knows {WireMessage.FormatVersion}. Update the older side.");
        }

        var kind = (MessageKind)message[5];
        return Enum.IsDefined(kind)
            ? kind
            : throw new WireFormatException(WireError.WrongKind,
                $"The message is of kind {message[5]}, which this library does not know. Update the older side.");
    }

    /// <summary>Checks the frame and the checksum of a message of the kind expected.</summary>
    public static Envelope Open(ReadOnlySpan<byte> message, MessageKind expected, WireLimits limits)
    {
        MessageKind kind = ReadKind(message);
        if (kind != expected)
        {
            throw new WireFormatException(WireError.WrongKind,
                $"The message is of kind {kind}, not {expected}. Look at its kind before choosing a reader.");
        }

        if (message.Length < Length + ChecksumLength)
        {
            throw new WireFormatException(WireError.TooShort,
                $"{message.Length} bytes are too few; the shortest message takes {Length + ChecksumLength}. The message was cut off: send it again.");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(message[8..]);
        uint headerLength = BinaryPrimitives.ReadUInt32LittleEndian(message[12..]);
        uint valueCount = BinaryPrimitives.ReadUInt32LittleEndian(message[16..]);
        if (message.Length < length)
        {
            throw new WireFormatException(WireError.TooShort,
                $"The message states {length} bytes, {message.Length} arrived. It was cut off: send it again.");
        }

        var format = (ValueFormat)message[6];
        if (!Enum.IsDefined(format))
        {
            throw new WireFormatException(WireError.BadValue,
                $"The message is in value format {message[6]}, which this library does not know. Update the older side, or let it send another format.");
        }

        if (message[7] != ValueCodec.GetGroupSize(format))
        {
            throw new WireFormatException(WireError.BadValue,
                $"The message states groups of {message[7]} values; {format} has groups of {ValueCodec.GetGroupSize(format)}. The sender is at fault.");
        }

        if (valueCount > limits.MaxValues)
        {
            throw new WireFormatException(WireError.LimitExceeded,
                $"The message states {valueCount} values, more than the {limits.MaxValues} allowed. If that many are right, raise {nameof(WireLimits)}.{nameof(WireLimits.MaxValues)}.");
        }

        if (message.Length > limits.MaxMessageBytes)
        {
            throw new WireFormatException(WireError.LimitExceeded,
                $"The message has {message.Length} bytes, more than the {limits.MaxMessageBytes} allowed. If that many are right, raise {nameof(WireLimits)}.{nameof(WireLimits.MaxMessageBytes)}.");
        }

        // Nothing overflows: the count is within an int here, the length in 64 bits.
        if (message.Length != length || length != GetLength(headerLength, (int)valueCount, format))
        {
            throw new WireFormatException(WireError.Inconsistent,
                $"{message.Length} bytes arrived, but the message states {length} in all, a header of {headerLength} and {valueCount} values as {format}. The sender is at fault.");
        }

        ReadOnlySpan<byte> body = message[..^ChecksumLength];
        uint stated = BinaryPrimitives.ReadUInt32LittleEndian(message[body.Length..]);
        uint actual = Crc32C.Compute(body);
        if (actual != stated)
        {
            throw new WireFormatException(WireError.ChecksumMismatch,
                $"The checksum is {actual:x8}, the message states {stated:x8}: it was changed on the way. Send it again.");
        }

        int values = Length + (int)headerLength;
        return new Envelope(format, (int)valueCount, body[Length..values], body[values..]);
    }

    /// <summary>Refuses values in a message that carries none.</summary>
    public void CheckNoValues()
    {
        if (ValueCount != 0 || Format != default)
        {
            throw new WireFormatException(WireError.Inconsistent,
                $"The message carries {ValueCount} values as {Format}, but its kind carries none. The sender is at fault.");
        }
    }
}
