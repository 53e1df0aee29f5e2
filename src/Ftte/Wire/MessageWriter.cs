using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Ftte.Numerics;

namespace Ftte.Wire;

/// <summary>Writes a message: the envelope and the header first, then the values chunk by chunk, then the checksum.</summary>
/// <remarks>
/// If a field has a value that a reader would reject, throws an <see cref="ArgumentException"/> before the first byte is written to the output.
/// The counterpart of <see cref="FieldReader"/>, method for method.
/// </remarks>
internal ref struct MessageWriter
{
    private readonly IBufferWriter<byte> _output;
    private readonly ValueFormat _format;
    private readonly Span<byte> _head;
    private Span<byte> _rest;
    private uint _checksum = Crc32C.Start;

    /// <summary>Starts a message.</summary>
    /// <exception cref="ArgumentException">The message would exceed <see cref="int.MaxValue"/> bytes.</exception>
    public MessageWriter(IBufferWriter<byte> output, MessageKind kind, long headerLength, int valueCount = 0, ValueFormat format = ValueFormat.Float32)
    {
        ArgumentNullException.ThrowIfNull(output);
        long length = Envelope.GetLength(headerLength, valueCount, format);
        if (length > int.MaxValue)
        {
            throw new ArgumentException($"The message would have {length} bytes, more than the maximum of {int.MaxValue}. Choose a smaller selection or a shorter value format.");
        }

        _output = output;
        _format = format;
        int headLength = Envelope.Length + (int)headerLength;
        _head = output.GetSpan(headLength)[..headLength];
        _rest = _head[Envelope.Length..];
        Envelope.Write(_head, kind, format, (int)length, (int)headerLength, valueCount);
    }

    public void Byte(byte value) => Take(sizeof(byte))[0] = value;

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    public void Int32(string name, int value, int min = 0) =>
        BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), value >= min ? value : throw BadValue(name, value, $"at least {min}"));

    public void Int64(string name, long value, long min = 0) =>
        BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), value >= min ? value : throw BadValue(name, value, $"at least {min}"));

    public void Weight(string name, double value) => BinaryPrimitives.WriteDoubleLittleEndian(
        Take(sizeof(double)), double.IsFinite(value) && value >= 0 ? value : throw BadValue(name, value, "finite and not negative"));

    public void Factor(string name, float value) => BinaryPrimitives.WriteSingleLittleEndian(
        Take(sizeof(float)), float.IsFinite(value) && value > 0 ? value : throw BadValue(name, value, "finite and positive"));

    public void OptionalDuration(string name, TimeSpan? value)
    {
        if (value is { } duration)
        {
            Duration(name, duration);
        }
        else
        {
            Int64(name, -1, min: -1);
        }
    }

    public void Duration(string name, TimeSpan value) => Int64(name, value <= WireMessage.MaxDuration
        ? value.Ticks
        : throw new ArgumentException($"The {name} is {value}. It must be at most {WireMessage.MaxDuration}."));

    public void Enum<T>(string name, T value, byte min = 0)
        where T : struct, Enum
    {
        byte number = Unsafe.BitCast<T, byte>(value);
        Byte(number >= min && System.Enum.IsDefined(value) ? number : throw new ArgumentException($"The {name} is {number}, which cannot be sent. Specify a defined value."));
    }

    public void Client(ClientId client)
    {
        ArgumentException.ThrowIfNullOrEmpty(client.Value, nameof(client));
        int length = Encoding.UTF8.GetByteCount(client.Value);
        Byte((byte)length);
        Encoding.UTF8.GetBytes(client.Value, Take(length));
    }

    /// <summary>Writes a number that is not negative in LEB128.</summary>
    public void VarInt(int value)
    {
        uint rest = (uint)value;
        while (rest >= 0x80)
        {
            Byte((byte)(rest | 0x80));
            rest >>= 7;
        }

        Byte((byte)rest);
    }

    public static int GetClientLength(ClientId client) => sizeof(byte) + Encoding.UTF8.GetByteCount(client.Value);

    public static int GetVarIntLength(int value) => 1 + (BitOperations.Log2((uint)value) / 7);

    /// <summary>Writes the envelope and the header, which must be complete, to the output.</summary>
    public void EndHeader()
    {
        Debug.Assert(_rest.IsEmpty, "The length of the header is wrong.");
        Advance(_head);
    }

    /// <summary>Writes the next values to the output.</summary>
    /// <param name="values">The values.</param>
    /// <param name="firstIndex">The index of the first value in the packed vector, a multiple of <see cref="ValueCodec.Chunk"/>.</param>
    /// <param name="seed">The seed of stochastic rounding.</param>
    public void Values(scoped ReadOnlySpan<float> values, int firstIndex, ulong seed)
    {
        int length = (int)ValueCodec.GetLength(values.Length, _format);
        Span<byte> chunk = _output.GetSpan(length)[..length];
        ValueCodec.Encode(values, firstIndex, _format, seed, chunk);
        Advance(chunk);
    }

    /// <summary>Writes values that are encoded in the format of the message.</summary>
    public void Encoded(scoped ReadOnlySpan<byte> values)
    {
        Span<byte> copy = _output.GetSpan(values.Length)[..values.Length];
        values.CopyTo(copy);
        Advance(copy);
    }

    public readonly void End()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_output.GetSpan(Envelope.ChecksumLength), Crc32C.Finish(_checksum));
        _output.Advance(Envelope.ChecksumLength);
    }

    private void Advance(ReadOnlySpan<byte> written)
    {
        _checksum = Crc32C.Append(_checksum, written);
        _output.Advance(written.Length);
    }

    private Span<byte> Take(int length)
    {
        Span<byte> taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private static ArgumentException BadValue<T>(string name, T value, string rule)
        where T : INumber<T> =>
        new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The {name} is {value}. It must be {rule}."));
}
