using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Ftte.Serialization;

/// <summary>Writes the fields of a saved state, little-endian. The counterpart of <see cref="StateReader"/>.</summary>
/// <param name="output">Receives the bytes.</param>
internal sealed class StateWriter(IBufferWriter<byte> output)
{
    private readonly IBufferWriter<byte> _output = output;

    public void Byte(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_output.GetSpan(sizeof(int)), value);
        _output.Advance(sizeof(int));
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_output.GetSpan(sizeof(long)), value);
        _output.Advance(sizeof(long));
    }

    public void UInt64(ulong value) => Int64(unchecked((long)value));

    public void Duration(TimeSpan value) => Int64(value.Ticks);

    /// <summary>Writes bytes, preceded by their number.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Int64(bytes.Length);
        _output.Write(bytes);
    }

    /// <summary>Writes a short text, preceded by its length in bytes.</summary>
    public void Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public void Double(double value) => Int64(BitConverter.DoubleToInt64Bits(value));

    public void Client(ClientId client)
    {
        byte[] name = Encoding.UTF8.GetBytes(client.Value);
        Byte((byte)name.Length);
        _output.Write(name);
    }

    public void Selection(ParameterSelection selection)
    {
        Int32(selection.Ranges.Length);
        foreach (ParameterRange range in selection.Ranges)
        {
            Int32(range.Start);
            Int32(range.Length);
        }
    }

    /// <summary>Writes values as their bytes; their number is not written.</summary>
    public void Values<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        if (BitConverter.IsLittleEndian)
        {
            _output.Write(bytes);
            return;
        }

        int size = bytes.Length / Math.Max(1, values.Length);
        for (int at = 0; at < bytes.Length; at += size)
        {
            Span<byte> reversed = _output.GetSpan(size)[..size];
            bytes.Slice(at, size).CopyTo(reversed);
            reversed.Reverse();
            _output.Advance(size);
        }
    }
}
