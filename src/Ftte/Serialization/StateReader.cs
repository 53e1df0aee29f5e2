using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Ftte.Wire;

namespace Ftte.Serialization;

/// <summary>Reads the fields of a saved state and rejects invalid values. The counterpart of <see cref="StateWriter"/>.</summary>
/// <remarks>Every count is validated against the remaining bytes, so nothing larger than the state itself is allocated.</remarks>
internal ref struct StateReader(ReadOnlySpan<byte> content)
{
    private const int MaxTextBytes = 1024;

    private ReadOnlySpan<byte> _rest = content;

    public byte Byte() => Take(1)[0];

    public bool Flag(string name)
    {
        byte value = Byte();
        return value <= 1 ? value == 1 : throw Bad(name, value);
    }

    public int Int32(string name, int min = 0, int max = int.MaxValue)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));
        return value >= min && value <= max ? value : throw Bad(name, value);
    }

    /// <summary>Reads the number of the items that follow, each with at least the specified number of bytes.</summary>
    public int Count(string name, int itemBytes)
    {
        int value = Int32(name);
        return value <= _rest.Length / itemBytes ? value : throw Short();
    }

    public long Int64(string name, long min = 0, long max = long.MaxValue)
    {
        long value = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));
        return value >= min && value <= max ? value : throw Bad(name, value);
    }

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public double NotNegative(string name)
    {
        double value = Double();
        return double.IsFinite(value) && value >= 0 ? value : throw Bad(name, value);
    }

    public double NotNegativeOrNaN(string name)
    {
        double value = Double();
        return double.IsNaN(value) || (double.IsFinite(value) && value >= 0) ? value : throw Bad(name, value);
    }

    public double Positive(string name)
    {
        double value = Double();
        return double.IsFinite(value) && value > 0 ? value : throw Bad(name, value);
    }

    public double Finite(string name)
    {
        double value = Double();
        return double.IsFinite(value) ? value : throw Bad(name, value);
    }

    public ClientId Client()
    {
        ReadOnlySpan<byte> name = Take(Byte());
        string text = name.Length <= ClientId.MaxBytes && Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : "";
        return ClientId.FindFault(text) is null ? new ClientId(text) : throw Bad("length of a client ID", name.Length);
    }

    public ParameterSelection Selection(int parameterCount)
    {
        var ranges = new ParameterRange[Count("number of ranges", 2 * sizeof(int))];
        int end = -1;
        for (int i = 0; i < ranges.Length; i++)
        {
            int start = Int32("start of a range", end + 1, parameterCount - 1);
            ranges[i] = new ParameterRange(start, Int32("length of a range", 1, parameterCount - start));
            end = ranges[i].End;
        }

        return ParameterSelection.Create(parameterCount, ranges);
    }

    public TimeSpan Duration(string name) => new(Int64(name));

    /// <summary>Reads a short text.</summary>
    public string Text(string name)
    {
        ReadOnlySpan<byte> text = Bytes(name);
        return text.Length <= MaxTextBytes && Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw Bad($"length of the {name}", text.Length);
    }

    /// <summary>Reads bytes that are preceded by their number.</summary>
    public ReadOnlySpan<byte> Bytes(string name) => Take(Int64(name));

    /// <summary>Reads a known number of values, after validating that enough bytes remain.</summary>
    public T[] Values<T>(int count)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = Take((long)count * Unsafe.SizeOf<T>());
        var values = GC.AllocateUninitializedArray<T>(count);
        Copy(bytes, values);
        return values;
    }

    public void Values<T>(Span<T> values)
        where T : unmanaged => Copy(Take((long)values.Length * Unsafe.SizeOf<T>()), values);

    /// <summary>Reads values and validates that they are finite.</summary>
    public float[] Finite(string name, int count)
    {
        float[] values = Values<float>(count);
        CheckFinite(name, values);
        return values;
    }

    public static void CheckFinite(string name, ReadOnlySpan<float> values)
    {
        if (!UpdateMoments.Measure(values).IsFinite)
        {
            throw new WireFormatException(WireError.BadValue, $"The saved state contains a {name} that is NaN or infinite. Use an earlier state.");
        }
    }

    public readonly void CheckLeft(long bytes)
    {
        if (bytes > _rest.Length)
        {
            throw Short();
        }
    }

    /// <summary>Reads all remaining bytes.</summary>
    public ReadOnlySpan<byte> Rest() => Take(_rest.Length);

    public readonly void End()
    {
        if (!_rest.IsEmpty)
        {
            throw new WireFormatException(WireError.Inconsistent, $"{_rest.Length} bytes follow the last field of the saved state. Use an earlier state.");
        }
    }

    public static WireFormatException Bad<T>(string name, T value) =>
        new(WireError.BadValue, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The {name} in the saved state is {value}, which is not valid. Use an earlier state."));

    private double Double() => BitConverter.UInt64BitsToDouble(UInt64());

    private static void Copy<T>(ReadOnlySpan<byte> bytes, Span<T> values)
        where T : unmanaged
    {
        Span<byte> target = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(target);
        if (!BitConverter.IsLittleEndian)
        {
            int size = Unsafe.SizeOf<T>();
            for (int at = 0; at < target.Length; at += size)
            {
                target.Slice(at, size).Reverse();
            }
        }
    }

    private ReadOnlySpan<byte> Take(long length)
    {
        CheckLeft(length);
        ReadOnlySpan<byte> taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private static WireFormatException Short() =>
        new(WireError.Inconsistent, "The saved state ends before its last field. Use an earlier state.");
}
