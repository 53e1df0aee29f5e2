using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ftte.Numerics;

/// <summary>Sums and sums of squares in float64, in one fixed order: 32 lanes, element i in lane i mod 32, lanes folded in halves.</summary>
/// <remarks>
/// The order does not depend on the vector width. The square of a float32 is exact in float64, so a fused multiply-add rounds
/// like a multiplication and an addition, and machines with and without it agree. Empty: 0, 0. NaN and infinity reach the sum of squares.
/// </remarks>
internal static class MomentsKernel
{
    private const int Lanes = 32;

    public static (double Sum, double SumOfSquares) Measure(ReadOnlySpan<float> values)
    {
        Span<double> sums = stackalloc double[Lanes];
        Span<double> squares = stackalloc double[Lanes];
        sums.Clear();
        squares.Clear();
        int whole = values.Length & -Lanes;
        if (Vector512.IsHardwareAccelerated)
        {
            Accumulate512(values[..whole], sums, squares);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Accumulate256(values[..whole], sums, squares);
        }
        else
        {
            AccumulateScalar(values[..whole], sums, squares);
        }

        AccumulateScalar(values[whole..], sums, squares);
        return (FoldLanes(sums), FoldLanes(squares));
    }

    /// <summary>The readable twin: lane i mod 32 takes element i.</summary>
    internal static void AccumulateScalar(ReadOnlySpan<float> values, Span<double> sums, Span<double> squares)
    {
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            sums[i % Lanes] += value;
            squares[i % Lanes] += value * value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Accumulate512(ReadOnlySpan<float> values, Span<double> sums, Span<double> squares)
    {
        ref float source = ref MemoryMarshal.GetReference(values);
        Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default;
        Vector512<double> q0 = default, q1 = default, q2 = default, q3 = default;
        for (nuint i = 0; i < (nuint)values.Length; i += Lanes)
        {
            (Vector512<double> a, Vector512<double> b) = Vector512.Widen(Vector512.LoadUnsafe(ref source, i));
            (Vector512<double> c, Vector512<double> d) = Vector512.Widen(Vector512.LoadUnsafe(ref source, i + 16));
            s0 += a;
            s1 += b;
            s2 += c;
            s3 += d;
            q0 = Vector512.MultiplyAddEstimate(a, a, q0);
            q1 = Vector512.MultiplyAddEstimate(b, b, q1);
            q2 = Vector512.MultiplyAddEstimate(c, c, q2);
            q3 = Vector512.MultiplyAddEstimate(d, d, q3);
        }

        s0.CopyTo(sums);
        s1.CopyTo(sums[8..]);
        s2.CopyTo(sums[16..]);
        s3.CopyTo(sums[24..]);
        q0.CopyTo(squares);
        q1.CopyTo(squares[8..]);
        q2.CopyTo(squares[16..]);
        q3.CopyTo(squares[24..]);
    }

    /// <summary>Takes the 32 lanes in two halves of 16, each in registers over a block, so that the registers of AVX2 suffice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Accumulate256(ReadOnlySpan<float> values, Span<double> sums, Span<double> squares)
    {
        // A block stays in the first-level cache between its two passes.
        const int Block = 4096;
        for (int start = 0; start < values.Length; start += Block)
        {
            ReadOnlySpan<float> block = values.Slice(start, Math.Min(Block, values.Length - start));
            for (int half = 0; half < Lanes; half += Lanes / 2)
            {
                AccumulateHalf256(block, half, sums.Slice(half, Lanes / 2), squares.Slice(half, Lanes / 2));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AccumulateHalf256(ReadOnlySpan<float> values, int half, Span<double> sums, Span<double> squares)
    {
        ref float source = ref MemoryMarshal.GetReference(values);
        ref double sum = ref MemoryMarshal.GetReference(sums);
        ref double square = ref MemoryMarshal.GetReference(squares);
        Vector256<double> s0 = Vector256.LoadUnsafe(ref sum), s1 = Vector256.LoadUnsafe(ref sum, 4);
        Vector256<double> s2 = Vector256.LoadUnsafe(ref sum, 8), s3 = Vector256.LoadUnsafe(ref sum, 12);
        Vector256<double> q0 = Vector256.LoadUnsafe(ref square), q1 = Vector256.LoadUnsafe(ref square, 4);
        Vector256<double> q2 = Vector256.LoadUnsafe(ref square, 8), q3 = Vector256.LoadUnsafe(ref square, 12);
        for (nuint i = (nuint)half; i < (nuint)values.Length; i += Lanes)
        {
            (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.LoadUnsafe(ref source, i));
            (Vector256<double> c, Vector256<double> d) = Vector256.Widen(Vector256.LoadUnsafe(ref source, i + 8));
            s0 += a;
            s1 += b;
            s2 += c;
            s3 += d;
            q0 = Vector256.MultiplyAddEstimate(a, a, q0);
            q1 = Vector256.MultiplyAddEstimate(b, b, q1);
            q2 = Vector256.MultiplyAddEstimate(c, c, q2);
            q3 = Vector256.MultiplyAddEstimate(d, d, q3);
        }

        s0.StoreUnsafe(ref sum);
        s1.StoreUnsafe(ref sum, 4);
        s2.StoreUnsafe(ref sum, 8);
        s3.StoreUnsafe(ref sum, 12);
        q0.StoreUnsafe(ref square);
        q1.StoreUnsafe(ref square, 4);
        q2.StoreUnsafe(ref square, 8);
        q3.StoreUnsafe(ref square, 12);
    }

    private static double FoldLanes(Span<double> lanes)
    {
        for (int half = Lanes / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                lanes[i] += lanes[i + half];
            }
        }

        return lanes[0];
    }
}
