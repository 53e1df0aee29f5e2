using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ftte.Numerics;

/// <summary>Adds float32 values to 64-bit fixed-point sums: sums[i] += round(values[i] * coefficient * 2^40), ties to even.</summary>
/// <remarks>
/// <para>Integer addition is associative, so a buffer's sums have the same bits in every arrival order and at any thread count.</para>
/// <para>The product of two float32 is exact in float64, so the only rounding is to 2^-40, the same with and without a fused
/// multiply-add. The vector paths round by adding 1.5 * 2^52, which leaves the integer in the low bits of the sum. This is valid if
/// |value * coefficient| &lt; 2^11 (<see cref="FastLimit"/>), which the caller checks once per update by its norm.
/// A wide path passes its remainder to the next narrower one.</para>
/// </remarks>
internal static class FixedPointKernel
{
    public const int FractionBits = 40;
    public const double One = 1L << FractionBits;

    /// <summary>The vector paths are exact for products whose absolute value is below this limit.</summary>
    public const double FastLimit = 1 << 11;

    private const double Magic = 6755399441055744.0; // 1.5 * 2^52

    /// <summary>Adds values to the sums. The magnitude of every product with the coefficient must be below <paramref name="maxProduct"/>.</summary>
    public static void Fold(ReadOnlySpan<float> values, float coefficient, Span<long> sums, double maxProduct)
    {
        Debug.Assert(values.Length <= sums.Length);
        if (maxProduct >= FastLimit)
        {
            FoldScalar(values, coefficient, sums);
        }
        else if (Vector512.IsHardwareAccelerated)
        {
            Fold512(values, coefficient, sums);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Fold256(values, coefficient, sums);
        }
        else
        {
            Fold128(values, coefficient, sums);
        }
    }

    /// <summary>The scalar reference implementation, and the path for products beyond the range of the vector paths (up to 2^23).</summary>
    internal static void FoldScalar(ReadOnlySpan<float> values, float coefficient, Span<long> sums)
    {
        double scale = coefficient * One;
        for (int i = 0; i < values.Length; i++)
        {
            sums[i] += (long)Math.Round(values[i] * scale, MidpointRounding.ToEven);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Fold512(ReadOnlySpan<float> values, float coefficient, Span<long> sums)
    {
        const int Step = 32;
        ref float source = ref MemoryMarshal.GetReference(values);
        ref long target = ref MemoryMarshal.GetReference(sums);
        Vector512<double> scale = Vector512.Create(coefficient * One);
        Vector512<double> magic = Vector512.Create(Magic);
        nuint i = 0;
        for (; i + Step <= (nuint)values.Length; i += Step)
        {
            (Vector512<double> a, Vector512<double> b) = Vector512.Widen(Vector512.LoadUnsafe(ref source, i));
            (Vector512<double> c, Vector512<double> d) = Vector512.Widen(Vector512.LoadUnsafe(ref source, i + 16));
            Vector512<long> p = Vector512.MultiplyAddEstimate(a, scale, magic).AsInt64() - magic.AsInt64();
            Vector512<long> q = Vector512.MultiplyAddEstimate(b, scale, magic).AsInt64() - magic.AsInt64();
            Vector512<long> r = Vector512.MultiplyAddEstimate(c, scale, magic).AsInt64() - magic.AsInt64();
            Vector512<long> s = Vector512.MultiplyAddEstimate(d, scale, magic).AsInt64() - magic.AsInt64();
            (Vector512.LoadUnsafe(ref target, i) + p).StoreUnsafe(ref target, i);
            (Vector512.LoadUnsafe(ref target, i + 8) + q).StoreUnsafe(ref target, i + 8);
            (Vector512.LoadUnsafe(ref target, i + 16) + r).StoreUnsafe(ref target, i + 16);
            (Vector512.LoadUnsafe(ref target, i + 24) + s).StoreUnsafe(ref target, i + 24);
        }

        Fold256(values[(int)i..], coefficient, sums[(int)i..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Fold256(ReadOnlySpan<float> values, float coefficient, Span<long> sums)
    {
        const int Step = 16;
        ref float source = ref MemoryMarshal.GetReference(values);
        ref long target = ref MemoryMarshal.GetReference(sums);
        Vector256<double> scale = Vector256.Create(coefficient * One);
        Vector256<double> magic = Vector256.Create(Magic);
        nuint i = 0;
        for (; i + Step <= (nuint)values.Length; i += Step)
        {
            (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.LoadUnsafe(ref source, i));
            (Vector256<double> c, Vector256<double> d) = Vector256.Widen(Vector256.LoadUnsafe(ref source, i + 8));
            Vector256<long> p = Vector256.MultiplyAddEstimate(a, scale, magic).AsInt64() - magic.AsInt64();
            Vector256<long> q = Vector256.MultiplyAddEstimate(b, scale, magic).AsInt64() - magic.AsInt64();
            Vector256<long> r = Vector256.MultiplyAddEstimate(c, scale, magic).AsInt64() - magic.AsInt64();
            Vector256<long> s = Vector256.MultiplyAddEstimate(d, scale, magic).AsInt64() - magic.AsInt64();
            (Vector256.LoadUnsafe(ref target, i) + p).StoreUnsafe(ref target, i);
            (Vector256.LoadUnsafe(ref target, i + 4) + q).StoreUnsafe(ref target, i + 4);
            (Vector256.LoadUnsafe(ref target, i + 8) + r).StoreUnsafe(ref target, i + 8);
            (Vector256.LoadUnsafe(ref target, i + 12) + s).StoreUnsafe(ref target, i + 12);
        }

        Fold128(values[(int)i..], coefficient, sums[(int)i..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Fold128(ReadOnlySpan<float> values, float coefficient, Span<long> sums)
    {
        const int Step = 4;
        ref float source = ref MemoryMarshal.GetReference(values);
        ref long target = ref MemoryMarshal.GetReference(sums);
        Vector128<double> scale = Vector128.Create(coefficient * One);
        Vector128<double> magic = Vector128.Create(Magic);
        nuint i = 0;
        for (; i + Step <= (nuint)values.Length; i += Step)
        {
            (Vector128<double> a, Vector128<double> b) = Vector128.Widen(Vector128.LoadUnsafe(ref source, i));
            Vector128<long> p = Vector128.MultiplyAddEstimate(a, scale, magic).AsInt64() - magic.AsInt64();
            Vector128<long> q = Vector128.MultiplyAddEstimate(b, scale, magic).AsInt64() - magic.AsInt64();
            (Vector128.LoadUnsafe(ref target, i) + p).StoreUnsafe(ref target, i);
            (Vector128.LoadUnsafe(ref target, i + 2) + q).StoreUnsafe(ref target, i + 2);
        }

        FoldScalar(values[(int)i..], coefficient, sums[(int)i..]);
    }
}
