using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Ftte.Numerics;

namespace Ftte.Wire;

/// <summary>Encodes values in the shortest format that restores every bit, so that an update that arrived as int8 is stored as int8.</summary>
internal static class LosslessValues
{
    /// <summary>Writes values.</summary>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="values">The values.</param>
    /// <returns>The format of the bytes. <see cref="ValueCodec.Decode"/> restores exactly <paramref name="values"/> from them.</returns>
    public static ValueFormat Write(IBufferWriter<byte> output, ReadOnlySpan<float> values)
    {
        int length = checked((int)ValueCodec.GetLength(values.Length, ValueFormat.Int8));
        if (TryEncodeInt8(values, output.GetSpan(length)[..length]))
        {
            output.Advance(length);
            return ValueFormat.Int8;
        }

        ValueFormat format = IsBFloat16(values) ? ValueFormat.BFloat16 : ValueFormat.Float32;
        length = checked((int)ValueCodec.GetLength(values.Length, format));
        ValueCodec.Encode(values, 0, format, seed: 0, output.GetSpan(length)[..length]);
        output.Advance(length);
        return format;
    }

    private static bool TryEncodeInt8(ReadOnlySpan<float> values, Span<byte> destination)
    {
        for (int start = 0; start < values.Length; start += Int8Kernel.GroupSize)
        {
            ReadOnlySpan<float> group = values.Slice(start, Math.Min(Int8Kernel.GroupSize, values.Length - start));
            float scale = Int8Kernel.GetScale(group);

            // The encoder's scale, or one next to it: the largest value was rounded when it was decoded.
            Span<byte> quantized = destination.Slice(sizeof(float), group.Length);
            if (float.IsNaN(scale)
                || !(TryQuantize(group, scale, quantized)
                    || TryQuantize(group, scale = MathF.BitIncrement(scale), quantized)
                    || TryQuantize(group, scale = MathF.BitDecrement(MathF.BitDecrement(scale)), quantized)))
            {
                return false;
            }

            BinaryPrimitives.WriteSingleLittleEndian(destination, scale);
            destination = destination[(sizeof(float) + group.Length)..];
        }

        return true;
    }

    private static bool TryQuantize(ReadOnlySpan<float> group, float scale, Span<byte> quantized)
    {
        Span<float> work = stackalloc float[Int8Kernel.GroupSize];
        work = work[..group.Length];
        if (scale > 0)
        {
            TensorPrimitives.Divide(group, scale, work);
            TensorPrimitives.Round(work, work);
            TensorPrimitives.ConvertSaturating<float, sbyte>(work, MemoryMarshal.Cast<byte, sbyte>(quantized));
        }
        else
        {
            quantized.Clear();
        }

        Int8Kernel.Restore(quantized, scale, work);
        return MemoryMarshal.AsBytes(work).SequenceEqual(MemoryMarshal.AsBytes(group));
    }

    private static bool IsBFloat16(ReadOnlySpan<float> values)
    {
        foreach (uint bits in MemoryMarshal.Cast<float, uint>(values))
        {
            // Encoding changes the bits of some NaN.
            const uint Magnitude = 0x7FFF_FFFF, Infinity = 0x7F80_0000;
            if ((bits & 0xFFFF) != 0 || (bits & Magnitude) > Infinity)
            {
                return false;
            }
        }

        return true;
    }
}
