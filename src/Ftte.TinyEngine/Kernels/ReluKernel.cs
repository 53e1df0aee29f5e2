using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>ReLU in place, remembering one bit per value: whether the gradient passes.</summary>
/// <remarks>
/// Bit i mod 8 of byte i / 8 belongs to value i. A NaN is kept and its bit is set, so that a training run that has diverged shows it. Every value
/// is computed on its own, so one vector width serves all.
/// </remarks>
internal static class ReluKernel
{
    /// <summary>Gets the number of mask bytes for a number of values.</summary>
    public static long MaskBytes(long values) => (values + 7) / 8;

    /// <summary>values[i] = max(0, values[i]), bit i = values[i] was not below or at 0.</summary>
    public static void Forward(Span<float> values, Span<byte> mask)
    {
        Debug.Assert(mask.Length >= MaskBytes(values.Length));
        ForwardScalar(values, mask, Vector128.IsHardwareAccelerated ? ForwardVectors(values, mask) : 0);
    }

    /// <summary>gradient[i] = bit i ? gradient[i] : 0.</summary>
    public static void Backward(ReadOnlySpan<byte> mask, Span<float> gradient)
    {
        Debug.Assert(mask.Length >= MaskBytes(gradient.Length));
        BackwardScalar(mask, gradient, Vector128.IsHardwareAccelerated ? BackwardVectors(mask, gradient) : 0);
    }

    /// <summary>The readable twin, from a value on whose index is a multiple of 8.</summary>
    internal static void ForwardScalar(Span<float> values, Span<byte> mask, int start)
    {
        for (int i = start; i < values.Length; i++)
        {
            bool passes = !(values[i] <= 0);
            values[i] = passes ? values[i] : 0;
            int bit = passes ? 1 << (i % 8) : 0;
            mask[i / 8] = (byte)(i % 8 == 0 ? bit : mask[i / 8] | bit);
        }
    }

    /// <summary>The readable twin, from a value on whose index is a multiple of 8.</summary>
    internal static void BackwardScalar(ReadOnlySpan<byte> mask, Span<float> gradient, int start)
    {
        for (int i = start; i < gradient.Length; i++)
        {
            gradient[i] = (mask[i / 8] >> (i % 8) & 1) != 0 ? gradient[i] : 0;
        }
    }

    internal static int ForwardVectors(Span<float> values, Span<byte> mask)
    {
        ref float value = ref MemoryMarshal.GetReference(values);
        int whole = values.Length & ~7;
        for (int i = 0; i < whole; i += 8)
        {
            Vector128<float> low = Vector128.LoadUnsafe(ref value, (nuint)i);
            Vector128<float> high = Vector128.LoadUnsafe(ref value, (nuint)i + 4);
            Vector128<float> stoppedLow = Vector128.LessThanOrEqual(low, Vector128<float>.Zero);
            Vector128<float> stoppedHigh = Vector128.LessThanOrEqual(high, Vector128<float>.Zero);
            Vector128.AndNot(low, stoppedLow).StoreUnsafe(ref value, (nuint)i);
            Vector128.AndNot(high, stoppedHigh).StoreUnsafe(ref value, (nuint)i + 4);
            uint stopped = stoppedLow.ExtractMostSignificantBits() | (stoppedHigh.ExtractMostSignificantBits() << 4);
            mask[i / 8] = (byte)~stopped;
        }

        return whole;
    }

    internal static int BackwardVectors(ReadOnlySpan<byte> mask, Span<float> gradient)
    {
        ref float value = ref MemoryMarshal.GetReference(gradient);
        Vector128<int> bitsLow = Vector128.Create(1, 2, 4, 8), bitsHigh = Vector128.Create(16, 32, 64, 128);
        int whole = gradient.Length & ~7;
        for (int i = 0; i < whole; i += 8)
        {
            Vector128<int> bits = Vector128.Create((int)mask[i / 8]);
            Keep(ref value, (nuint)i, bits & bitsLow);
            Keep(ref value, (nuint)i + 4, bits & bitsHigh);
        }

        return whole;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(ref float value, nuint at, Vector128<int> bits)
    {
        Vector128<float> stopped = Vector128.Equals(bits, Vector128<int>.Zero).AsSingle();
        Vector128.AndNot(Vector128.LoadUnsafe(ref value, at), stopped).StoreUnsafe(ref value, at);
    }
}
