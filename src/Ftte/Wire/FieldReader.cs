using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Ftte.Wire;

/// <summary>Reads the fields of a header in order and rejects invalid values.</summary>
/// <remarks>The counterpart of <see cref="MessageWriter"/>, method for method.</remarks>
internal ref struct FieldReader(ReadOnlySpan<byte> header)
{
    private ReadOnlySpan<byte> _rest = header;

    /// <summary>Gets the bytes that have not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public ReadOnlySpan<byte> Bytes(int length) => Take(length);

    public byte Byte() => Take(sizeof(byte))[0];

    /// <summary>Reads a byte of flags and validates that only flags in <paramref name="known"/> are set.</summary>
    public byte Flags(string name, byte known)
    {
        byte value = Byte();
        return (value & ~known) == 0
            ? value
            : throw new WireFormatException(WireError.BadValue,
                $"The {name} are {value:b8}, of which only {known:b8} are defined. If the sender is newer, update this side.");
    }

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>Reads an int32 of at least <paramref name="min"/>.</summary>
    public int Int32(string name, int min = 0)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));
        return value >= min ? value : throw BadValue(name, value, $"at least {min}");
    }

    /// <summary>Reads an int64 of at least <paramref name="min"/>.</summary>
    public long Int64(string name, long min = 0)
    {
        long value = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));
        return value >= min ? value : throw BadValue(name, value, $"at least {min}");
    }

    public double Weight(string name)
    {
        double value = BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));
        return double.IsFinite(value) && value >= 0 ? value : throw BadValue(name, value, "finite and not negative");
    }

    public float Factor(string name)
    {
        float value = BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));
        return float.IsFinite(value) && value > 0 ? value : throw BadValue(name, value, "finite and positive");
    }

    public TimeSpan? OptionalDuration(string name)
    {
        long ticks = Int64(name, min: -1);
        return ticks == -1 ? null : CheckDuration(name, ticks);
    }

    public TimeSpan Duration(string name) => CheckDuration(name, Int64(name));

    /// <summary>Reads the byte of an enum and validates that the value is defined and at least <paramref name="min"/>.</summary>
    public T Enum<T>(string name, byte min = 0)
        where T : struct, Enum
    {
        byte value = Byte();
        T result = Unsafe.BitCast<byte, T>(value);
        return value >= min && System.Enum.IsDefined(result)
            ? result
            : throw new WireFormatException(WireError.BadValue,
                $"The {name} is {value}, which is not defined. If the sender is newer, update this side.");
    }

    public ClientId Client()
    {
        int length = Byte();
        if (length > ClientId.MaxBytes)
        {
            throw BadValue("length of the client ID", length, $"at most {ClientId.MaxBytes}");
        }

        ReadOnlySpan<byte> utf8 = Take(length);
        string name = Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : "";
        return ClientId.FindFault(name) is { } fault
            ? throw new WireFormatException(WireError.BadValue, $"The client ID {(name.Length == 0 ? "is empty or not valid UTF-8" : fault)}. {ClientId.Rule}")
            : new ClientId(name);
    }

    /// <summary>Reads a number in LEB128, seven bits per byte, and validates that it has the minimum number of bytes.</summary>
    public int VarInt()
    {
        ulong value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value <= int.MaxValue && (next != 0 || shift == 0)
                    ? (int)value
                    : throw new WireFormatException(WireError.BadValue,
                        $"A number of the selection is {value} in {(shift / 7) + 1} bytes. It must be at most {int.MaxValue}, in the minimum number of bytes. Correct the sender.");
            }
        }

        throw new WireFormatException(WireError.BadValue, "A number of the selection has more than 5 bytes. Correct the sender.");
    }

    public readonly void End()
    {
        if (!_rest.IsEmpty)
        {
            throw new WireFormatException(WireError.Inconsistent,
                $"{_rest.Length} bytes follow the last field of the header. Correct the sender.");
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (_rest.Length < length)
        {
            throw new WireFormatException(WireError.Inconsistent, "The header ends before its last field. Correct the sender.");
        }

        ReadOnlySpan<byte> taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private static TimeSpan CheckDuration(string name, long ticks) => ticks <= WireMessage.MaxDuration.Ticks
        ? new TimeSpan(ticks)
        : throw BadValue(name, ticks, $"at most {WireMessage.MaxDuration.Ticks} ticks of 100 ns");

    private static WireFormatException BadValue<T>(string name, T value, string rule)
        where T : INumber<T> =>
        new(WireError.BadValue,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The {name} is {value}. It must be {rule}. Correct the sender."));
}
