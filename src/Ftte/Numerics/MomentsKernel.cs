using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ftte.Numerics;

/// <summary>Computes sums and sums of squares in float64 in a fixed order: 32 lanes, element i in lane i mod 32, lanes added in halves.</summary>
/// <remarks>
/// The order does not depend on the vector width. The square of a float32 is exact in float64, so a fused multiply-add rounds
/// like a multiplication and an addition, and machines with and without it agree. The sums of an empty vector are 0. NaN and infinity propagate to the sum of squares.
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
        else if (Vector128.IsHardwareAccelerated)
        {
            Accumulate128(values[..whole], sums, squares);
        }
        else
        {
            AccumulateScalar(values[..whole], sums, squares);
        }

        AccumulateScalar(values[whole..], sums, squares);
        return (FoldLanes(sums), FoldLanes(squares));
    }

    /// <summary>The scalar reference implementation: lane i mod 32 accumulates element i.</summary>
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

    internal static void Accumulate256(ReadOnlySpan<float> values, Span<double> sums, Span<double> squares) => AccumulateInPasses(values, sums, squares, 16);

    internal static void Accumulate128(ReadOnlySpan<float> values, Span<double> sums, Span<double> squares) => AccumulateInPasses(values, sums, squares, 8);

    /// <summary>Processes the lanes in several passes, each with as many lanes as fit in 16 registers: 4 for sums, 4 for squares, 4 for values.</summary>
    private static void AccumulateInPasses(ReadOnlySpan<float> values, Span<double> sums, Span<double> squares, int lanesAtOnce)
    {
        // A block stays in the first-level cache between its passes.
        const int Block = 4096;
        for (int start = 0; start < values.Length; start += Block)
        {
            ReadOnlySpan<float> block = values.Slice(start, Math.Min(Block, values.Length - start));
            for (int lane = 0; lane < Lanes; lane += lanesAtOnce)
            {
                if (lanesAtOnce == 16)
                {
                    Pass256(block[lane..], ref sums[lane], ref squares[lane]);
                }
                else
                {
                    Pass128(block[lane..], ref sums[lane], ref squares[lane]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pass256(ReadOnlySpan<float> values, ref double sum, ref double square)
    {
        ref float source = ref MemoryMarshal.GetReference(values);
        Vector256<double> s0 = Vector256.LoadUnsafe(ref sum), s1 = Vector256.LoadUnsafe(ref sum, 4);
        Vector256<double> s2 = Vector256.LoadUnsafe(ref sum, 8), s3 = Vector256.LoadUnsafe(ref sum, 12);
        Vector256<double> q0 = Vector256.LoadUnsafe(ref square), q1 = Vector256.LoadUnsafe(ref square, 4);
        Vector256<double> q2 = Vector256.LoadUnsafe(ref square, 8), q3 = Vector256.LoadUnsafe(ref square, 12);
        for (nuint i = 0; i < (nuint)values.Length; i += Lanes)
        {
            (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.LoadUnsafe(ref source, i));
            (Vector256<double> c, Vector256<double> d) = Vector256.Widen(Vector256.LoadUnsafe(ref source, i + 8));
            (s0, s1, s2, s3) = (s0 + a, s1 + b, s2 + c, s3 + d);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pass128(ReadOnlySpan<float> values, ref double sum, ref double square)
    {
        ref float source = ref MemoryMarshal.GetReference(values);
        Vector128<double> s0 = Vector128.LoadUnsafe(ref sum), s1 = Vector128.LoadUnsafe(ref sum, 2);
        Vector128<double> s2 = Vector128.LoadUnsafe(ref sum, 4), s3 = Vector128.LoadUnsafe(ref sum, 6);
        Vector128<double> q0 = Vector128.LoadUnsafe(ref square), q1 = Vector128.LoadUnsafe(ref square, 2);
        Vector128<double> q2 = Vector128.LoadUnsafe(ref square, 4), q3 = Vector128.LoadUnsafe(ref square, 6);
        for (nuint i = 0; i < (nuint)values.Length; i += Lanes)
        {
            (Vector128<double> a, Vector128<double> b) = Vector128.Widen(Vector128.LoadUnsafe(ref source, i));
            (Vector128<double> c, Vector128<double> d) = Vector128.Widen(Vector128.LoadUnsafe(ref source, i + 4));
            (s0, s1, s2, s3) = (s0 + a, s1 + b, s2 + c, s3 + d);
            q0 = Vector128.MultiplyAddEstimate(a, a, q0);
            q1 = Vector128.MultiplyAddEstimate(b, b, q1);
            q2 = Vector128.MultiplyAddEstimate(c, c, q2);
            q3 = Vector128.MultiplyAddEstimate(d, d, q3);
        }

        s0.StoreUnsafe(ref sum);
        s1.StoreUnsafe(ref sum, 2);
        s2.StoreUnsafe(ref sum, 4);
        s3.StoreUnsafe(ref sum, 6);
        q0.StoreUnsafe(ref square);
        q1.StoreUnsafe(ref square, 2);
        q2.StoreUnsafe(ref square, 4);
        q3.StoreUnsafe(ref square, 6);
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
