using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Ftte.Numerics;

/// <summary>Quantizes float32 to signed bytes in groups of 128, each preceded by its float32 scale. The last group may be shorter.</summary>
/// <remarks>
/// <para>scale = max|x| / 127 over the group, at least the minimum normal float32, so that x / scale stays within 127, and low enough
/// that 127 * scale is finite; 0 if all values are zero; NaN if any value is NaN or infinite, in which case the reader decodes the whole group as NaN.</para>
/// <para>q = floor(x / scale), plus 1 if u &lt; x / scale - floor(x / scale), with u in [0, 1) from 24 bits of
/// <see cref="CounterHash"/>(seed, index): the expectation of q is x / scale to within 2^-24. Value = q * scale.</para>
/// </remarks>
internal static partial class Int8Kernel
{
    /// <summary>The number of consecutive values that share a scale.</summary>
    public const int GroupSize = 128;

    private const float Largest = sbyte.MaxValue;
    private const float SmallestNormal = 1.17549435e-38f;
    private const float UnitOf24Bits = 1f / (1 << 24);

    // The quotient is rounded up, and 127 times it would round to infinity.
    private static readonly float MaxScale = MathF.BitDecrement(float.MaxValue / Largest);

    /// <summary>Returns the number of bytes of encoded values, including scales.</summary>
    public static long GetLength(int count) => count + (sizeof(float) * (((long)count + GroupSize - 1) / GroupSize));

    /// <summary>Encodes values. The index of the first one in the whole vector must be a multiple of the group size.</summary>
    public static void Encode(ReadOnlySpan<float> values, int firstIndex, ulong seed, Span<byte> destination)
    {
        var hash = new CounterHash(seed);
        for (int start = 0; start < values.Length; start += GroupSize)
        {
            ReadOnlySpan<float> group = values.Slice(start, Math.Min(GroupSize, values.Length - start));
            float scale = GetScale(group);
            BinaryPrimitives.WriteSingleLittleEndian(destination, scale);
            Span<byte> quantized = destination.Slice(sizeof(float), group.Length);
            if (scale > 0)
            {
                Quantize(group, scale, (uint)(firstIndex + start), hash, quantized);
            }
            else
            {
                quantized.Clear();
            }

            destination = destination[(sizeof(float) + group.Length)..];
        }
    }

    /// <summary>Decodes as many values as <paramref name="values"/> has.</summary>
    public static void Decode(ReadOnlySpan<byte> source, Span<float> values)
    {
        for (int start = 0; start < values.Length; start += GroupSize)
        {
            Span<float> group = values.Slice(start, Math.Min(GroupSize, values.Length - start));
            Restore(source.Slice(sizeof(float), group.Length), BinaryPrimitives.ReadSingleLittleEndian(source), group);
            source = source[(sizeof(float) + group.Length)..];
        }
    }

    internal static float GetScale(ReadOnlySpan<float> group)
    {
        // The maximum magnitude does not depend on the order of comparison, so the library's kernel returns the same bits at every width.
        float largest = MathF.Abs(TensorPrimitives.MaxMagnitude(group));
        return !float.IsFinite(largest) ? float.NaN : largest == 0 ? 0 : Math.Clamp(largest / Largest, SmallestNormal, MaxScale);
    }

    internal static void Quantize(ReadOnlySpan<float> values, float scale, uint index, CounterHash hash, Span<byte> destination)
    {
        int done = Vector512.IsHardwareAccelerated ? Quantize512(values, scale, index, hash, destination)
            : Vector256.IsHardwareAccelerated ? Quantize256(values, scale, index, hash, destination)
            : Vector128.IsHardwareAccelerated ? Quantize128(values, scale, index, hash, destination)
            : 0;
        QuantizeScalar(values[done..], scale, index + (uint)done, hash, destination[done..]);
    }

    internal static void Restore(ReadOnlySpan<byte> source, float scale, Span<float> values)
    {
        int done = Vector512.IsHardwareAccelerated ? Restore512(source, scale, values)
            : Vector256.IsHardwareAccelerated ? Restore256(source, scale, values)
            : Vector128.IsHardwareAccelerated ? Restore128(source, scale, values)
            : 0;
        RestoreScalar(source[done..], scale, values[done..]);
    }

    /// <summary>The scalar reference implementation.</summary>
    internal static void QuantizeScalar(ReadOnlySpan<float> values, float scale, uint index, CounterHash hash, Span<byte> destination)
    {
        for (int i = 0; i < values.Length; i++)
        {
            // The division may round to just above 127.
            float ratio = Math.Clamp(values[i] / scale, -Largest, Largest);
            float floor = MathF.Floor(ratio);
            float u = (hash.Get(index + (uint)i) >> 8) * UnitOf24Bits;
            destination[i] = (byte)(sbyte)(u < ratio - floor ? floor + 1 : floor);
        }
    }

    /// <summary>The scalar reference implementation.</summary>
    internal static void RestoreScalar(ReadOnlySpan<byte> source, float scale, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (sbyte)source[i] * scale;
        }
    }
}
