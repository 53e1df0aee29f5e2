using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>w = shrink * w - rate * (dyᵀ * x): the gradient of a layer's weights, spent as soon as it is known.</summary>
/// <remarks>
/// The gradient of a tile lives in registers and nowhere else, so no buffer of the weights' size is needed. Every weight sums its products over
/// the examples one after the other, starting from 0, then is updated; no lane meets another, so every width gives the same bits.
/// </remarks>
internal static class WeightUpdate
{
    /// <param name="dy">Examples x outputs.</param>
    /// <param name="x">Examples x columns.</param>
    /// <param name="shrink">What the old weight is multiplied by: 1 without weight decay, which keeps its bits.</param>
    /// <param name="rate">What the gradient is multiplied by before it is taken off.</param>
    /// <param name="w">Outputs x columns, updated in place.</param>
    public static void Apply(ReadOnlyMatrixSpan dy, ReadOnlyMatrixSpan x, float shrink, float rate, MatrixSpan w)
    {
        Debug.Assert(dy.Rows == x.Rows && dy.Columns == w.Rows && x.Columns == w.Columns);
        int column = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            column = Vectors<Simd512, Vector512<float>>(dy, x, shrink, rate, w, column);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            column = Vectors<Simd256, Vector256<float>>(dy, x, shrink, rate, w, column);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            column = Vectors<Simd128, Vector128<float>>(dy, x, shrink, rate, w, column);
        }

        Scalar(dy, x, shrink, rate, w, column);
    }

    /// <summary>The readable twin, from a column on.</summary>
    internal static void Scalar(ReadOnlyMatrixSpan dy, ReadOnlyMatrixSpan x, float shrink, float rate, MatrixSpan w, int column)
    {
        for (int o = 0; o < w.Rows; o++)
        {
            for (int i = column; i < w.Columns; i++)
            {
                float gradient = 0;
                for (int n = 0; n < x.Rows; n++)
                {
                    gradient += dy[n, o] * x[n, i];
                }

                w[o, i] = (shrink * w[o, i]) - (rate * gradient);
            }
        }
    }

    /// <summary>Takes two vectors of columns at a time, as far as they fit.</summary>
    /// <returns>The first column left over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Vectors<TSimd, TVector>(ReadOnlyMatrixSpan dy, ReadOnlyMatrixSpan x, float shrink, float rate, MatrixSpan w, int column)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int step = 2 * TSimd.Lanes;
        for (; column + step <= w.Columns; column += step)
        {
            ref float inputs = ref Unsafe.Add(ref x.Row(0), column);
            int o = 0;
            for (; o + 4 <= w.Rows; o += 4)
            {
                Block4<TSimd, TVector>(
                    ref Unsafe.Add(ref dy.Row(0), o), (nuint)dy.Stride, ref inputs, (nuint)x.Stride, (nuint)x.Rows, shrink, rate, ref w[o, column], (nuint)w.Stride);
            }

            for (; o < w.Rows; o++)
            {
                Block1<TSimd, TVector>(
                    ref Unsafe.Add(ref dy.Row(0), o), (nuint)dy.Stride, ref inputs, (nuint)x.Stride, (nuint)x.Rows, shrink, rate, ref w[o, column]);
            }
        }

        return column;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block4<TSimd, TVector>(
        ref float dy, nuint dyStride, ref float x, nuint xStride, nuint examples, float shrink, float rate, ref float w, nuint wStride)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nuint lanes = (nuint)TSimd.Lanes;
        TVector a0 = default, a1 = default, b0 = default, b1 = default;
        TVector c0 = default, c1 = default, d0 = default, d1 = default;
        nuint at = 0, error = 0;
        for (nuint n = 0; n < examples; n++, at += xStride, error += dyStride)
        {
            TVector v0 = TSimd.Load(ref x, at);
            TVector v1 = TSimd.Load(ref x, at + lanes);
            TVector u = TSimd.Broadcast(Unsafe.Add(ref dy, error));
            a0 = TSimd.Add(a0, TSimd.Multiply(u, v0));
            a1 = TSimd.Add(a1, TSimd.Multiply(u, v1));
            u = TSimd.Broadcast(Unsafe.Add(ref dy, error + 1));
            b0 = TSimd.Add(b0, TSimd.Multiply(u, v0));
            b1 = TSimd.Add(b1, TSimd.Multiply(u, v1));
            u = TSimd.Broadcast(Unsafe.Add(ref dy, error + 2));
            c0 = TSimd.Add(c0, TSimd.Multiply(u, v0));
            c1 = TSimd.Add(c1, TSimd.Multiply(u, v1));
            u = TSimd.Broadcast(Unsafe.Add(ref dy, error + 3));
            d0 = TSimd.Add(d0, TSimd.Multiply(u, v0));
            d1 = TSimd.Add(d1, TSimd.Multiply(u, v1));
        }

        Spend<TSimd, TVector>(a0, a1, shrink, rate, ref w);
        Spend<TSimd, TVector>(b0, b1, shrink, rate, ref Unsafe.Add(ref w, wStride));
        Spend<TSimd, TVector>(c0, c1, shrink, rate, ref Unsafe.Add(ref w, 2 * wStride));
        Spend<TSimd, TVector>(d0, d1, shrink, rate, ref Unsafe.Add(ref w, 3 * wStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block1<TSimd, TVector>(
        ref float dy, nuint dyStride, ref float x, nuint xStride, nuint examples, float shrink, float rate, ref float w)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector a0 = default, a1 = default;
        nuint at = 0, error = 0;
        for (nuint n = 0; n < examples; n++, at += xStride, error += dyStride)
        {
            TVector u = TSimd.Broadcast(Unsafe.Add(ref dy, error));
            a0 = TSimd.Add(a0, TSimd.Multiply(u, TSimd.Load(ref x, at)));
            a1 = TSimd.Add(a1, TSimd.Multiply(u, TSimd.Load(ref x, at + (nuint)TSimd.Lanes)));
        }

        Spend<TSimd, TVector>(a0, a1, shrink, rate, ref w);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spend<TSimd, TVector>(TVector first, TVector second, float shrink, float rate, ref float w)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nuint lanes = (nuint)TSimd.Lanes;
        TVector keep = TSimd.Broadcast(shrink), take = TSimd.Broadcast(rate);
        TSimd.Store(TSimd.Subtract(TSimd.Multiply(keep, TSimd.Load(ref w, 0)), TSimd.Multiply(take, first)), ref w, 0);
        TSimd.Store(TSimd.Subtract(TSimd.Multiply(keep, TSimd.Load(ref w, lanes)), TSimd.Multiply(take, second)), ref w, lanes);
    }
}
