using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Ftte.Numerics;

namespace Ftte.Wire;

/// <summary>Encodes and decodes packed values in each <see cref="ValueFormat"/>.</summary>
internal static class ValueCodec
{
    /// <summary>The number of values to process at a time: whole groups, small enough for the stack and the first-level cache.</summary>
    public const int Chunk = 16 * Int8Kernel.GroupSize;

    /// <summary>Returns the number of bytes of encoded values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is not defined.</exception>
    public static long GetLength(int count, ValueFormat format) => format switch
    {
        ValueFormat.Float32 => (long)count * sizeof(float),
        ValueFormat.BFloat16 => (long)count * sizeof(ushort),
        ValueFormat.Int8 => Int8Kernel.GetLength(count),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, $"The value format is undefined. Use a member of {nameof(ValueFormat)}."),
    };

    /// <summary>Returns the number of values that share a scale; 0 for formats without scales.</summary>
    public static byte GetGroupSize(ValueFormat format) => format == ValueFormat.Int8 ? (byte)Int8Kernel.GroupSize : (byte)0;

    /// <summary>Encodes values. The index of the first one in the packed vector must be a multiple of <see cref="Chunk"/>.</summary>
    public static void Encode(ReadOnlySpan<float> values, int firstIndex, ValueFormat format, ulong seed, Span<byte> destination)
    {
        switch (format)
        {
            case ValueFormat.BFloat16:
                BFloat16Kernel.Encode(values, destination);
                break;
            case ValueFormat.Int8:
                Int8Kernel.Encode(values, firstIndex, seed, destination);
                break;
            default:
                MemoryMarshal.AsBytes(values).CopyTo(destination);
                ReverseUnlessLittleEndian(destination);
                break;
        }
    }

    /// <summary>Decodes values. The index of the first one in the packed vector must be a multiple of <see cref="Chunk"/>.</summary>
    public static void Decode(ReadOnlySpan<byte> payload, int firstIndex, ValueFormat format, Span<float> values)
    {
        ReadOnlySpan<byte> source = payload[(int)GetLength(firstIndex, format)..];
        switch (format)
        {
            case ValueFormat.BFloat16:
                BFloat16Kernel.Decode(source, values);
                break;
            case ValueFormat.Int8:
                Int8Kernel.Decode(source, values);
                break;
            default:
                Span<byte> bytes = MemoryMarshal.AsBytes(values);
                source[..bytes.Length].CopyTo(bytes);
                ReverseUnlessLittleEndian(bytes);
                break;
        }
    }

    /// <summary>Validates the scales of int8 groups, which must be neither negative nor infinite. NaN marks a group that was not finite.</summary>
    public static void CheckScales(ReadOnlySpan<byte> payload, ValueFormat format)
    {
        if (format != ValueFormat.Int8)
        {
            return;
        }

        for (int at = 0; at < payload.Length; at += sizeof(float) + Int8Kernel.GroupSize)
        {
            float scale = BinaryPrimitives.ReadSingleLittleEndian(payload[at..]);
            if (scale < 0 || float.IsInfinity(scale))
            {
                throw new WireFormatException(WireError.BadValue,
                    string.Create(CultureInfo.InvariantCulture, $"A group of values has the scale {scale}. A scale must be NaN, or finite and not negative. Correct the sender."));
            }
        }
    }

    private static void ReverseUnlessLittleEndian(Span<byte> floats)
    {
        if (!BitConverter.IsLittleEndian)
        {
            Span<uint> words = MemoryMarshal.Cast<byte, uint>(floats);
            BinaryPrimitives.ReverseEndianness(words, words);
        }
    }
}
