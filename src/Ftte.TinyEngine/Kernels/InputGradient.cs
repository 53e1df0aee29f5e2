using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>dx += dy * w: the gradient of a layer's input.</summary>
/// <remarks>
/// Every value of dx takes its products one after the other, in the order of the outputs; vectors run along contiguous rows of w and dx, so
/// no lane meets another and every width gives the same bits.
/// </remarks>
internal static class InputGradient
{
    /// <param name="dy">Examples x outputs.</param>
    /// <param name="w">Outputs x columns.</param>
    /// <param name="dx">Examples x columns, added to.</param>
    public static void Add(ReadOnlyMatrixSpan dy, ReadOnlyMatrixSpan w, MatrixSpan dx)
    {
        Debug.Assert(dy.Columns == w.Rows && dy.Rows == dx.Rows && w.Columns == dx.Columns);
        int column = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            column = Vectors<Simd512, Vector512<float>>(dy, w, dx, column);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            column = Vectors<Simd256, Vector256<float>>(dy, w, dx, column);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            column = Vectors<Simd128, Vector128<float>>(dy, w, dx, column);
        }

        if (column < w.Columns)
        {
            Scalar(dy, w, dx, column);
        }
    }

    /// <summary>The readable twin, from a column on.</summary>
    internal static void Scalar(ReadOnlyMatrixSpan dy, ReadOnlyMatrixSpan w, MatrixSpan dx, int column)
    {
        for (int n = 0; n < dx.Rows; n++)
        {
            for (int o = 0; o < w.Rows; o++)
            {
                float factor = dy[n, o];
                for (int i = column; i < w.Columns; i++)
                {
                    dx[n, i] += factor * w[o, i];
                }
            }
        }
    }

    /// <summary>Takes two vectors of columns at a time, as far as they fit.</summary>
    /// <returns>The first column left over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Vectors<TSimd, TVector>(ReadOnlyMatrixSpan dy, ReadOnlyMatrixSpan w, MatrixSpan dx, int column)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int step = 2 * TSimd.Lanes;
        nuint stride = (nuint)w.Stride;
        for (; column + step <= w.Columns; column += step)
        {
            ref float weights = ref Unsafe.Add(ref w.Row(0), column);
            int n = 0;
            for (; n + 4 <= dx.Rows; n += 4)
            {
                Block4<TSimd, TVector>(ref dy.Row(n), (nuint)dy.Stride, ref weights, stride, (nuint)w.Rows, ref dx[n, column], (nuint)dx.Stride);
            }

            for (; n < dx.Rows; n++)
            {
                Block1<TSimd, TVector>(ref dy.Row(n), ref weights, stride, (nuint)w.Rows, ref dx[n, column]);
            }
        }

        return column;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block4<TSimd, TVector>(ref float dy, nuint dyStride, ref float w, nuint wStride, nuint outputs, ref float dx, nuint dxStride)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nuint lanes = (nuint)TSimd.Lanes;
        ref float dx1 = ref Unsafe.Add(ref dx, dxStride);
        ref float dx2 = ref Unsafe.Add(ref dx1, dxStride);
        ref float dx3 = ref Unsafe.Add(ref dx2, dxStride);
        ref float dy1 = ref Unsafe.Add(ref dy, dyStride);
        ref float dy2 = ref Unsafe.Add(ref dy1, dyStride);
        ref float dy3 = ref Unsafe.Add(ref dy2, dyStride);
        TVector a0 = TSimd.Load(ref dx, 0), a1 = TSimd.Load(ref dx, lanes);
        TVector b0 = TSimd.Load(ref dx1, 0), b1 = TSimd.Load(ref dx1, lanes);
        TVector c0 = TSimd.Load(ref dx2, 0), c1 = TSimd.Load(ref dx2, lanes);
        TVector d0 = TSimd.Load(ref dx3, 0), d1 = TSimd.Load(ref dx3, lanes);
        nuint at = 0;
        for (nuint o = 0; o < outputs; o++, at += wStride)
        {
            TVector v0 = TSimd.Load(ref w, at);
            TVector v1 = TSimd.Load(ref w, at + lanes);
            TVector u = TSimd.Broadcast(Unsafe.Add(ref dy, o));
            a0 = TSimd.Add(a0, TSimd.Multiply(u, v0));
            a1 = TSimd.Add(a1, TSimd.Multiply(u, v1));
            u = TSimd.Broadcast(Unsafe.Add(ref dy1, o));
            b0 = TSimd.Add(b0, TSimd.Multiply(u, v0));
            b1 = TSimd.Add(b1, TSimd.Multiply(u, v1));
            u = TSimd.Broadcast(Unsafe.Add(ref dy2, o));
            c0 = TSimd.Add(c0, TSimd.Multiply(u, v0));
            c1 = TSimd.Add(c1, TSimd.Multiply(u, v1));
            u = TSimd.Broadcast(Unsafe.Add(ref dy3, o));
            d0 = TSimd.Add(d0, TSimd.Multiply(u, v0));
            d1 = TSimd.Add(d1, TSimd.Multiply(u, v1));
        }

        TSimd.Store(a0, ref dx, 0);
        TSimd.Store(a1, ref dx, lanes);
        TSimd.Store(b0, ref dx1, 0);
        TSimd.Store(b1, ref dx1, lanes);
        TSimd.Store(c0, ref dx2, 0);
        TSimd.Store(c1, ref dx2, lanes);
        TSimd.Store(d0, ref dx3, 0);
        TSimd.Store(d1, ref dx3, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block1<TSimd, TVector>(ref float dy, ref float w, nuint wStride, nuint outputs, ref float dx)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nuint lanes = (nuint)TSimd.Lanes;
        TVector a0 = TSimd.Load(ref dx, 0), a1 = TSimd.Load(ref dx, lanes);
        nuint at = 0;
        for (nuint o = 0; o < outputs; o++, at += wStride)
        {
            TVector u = TSimd.Broadcast(Unsafe.Add(ref dy, o));
            a0 = TSimd.Add(a0, TSimd.Multiply(u, TSimd.Load(ref w, at)));
            a1 = TSimd.Add(a1, TSimd.Multiply(u, TSimd.Load(ref w, at + lanes)));
        }

        TSimd.Store(a0, ref dx, 0);
        TSimd.Store(a1, ref dx, lanes);
    }
}
