using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>y += x * wᵀ: every output is the dot product of an example and a row of weights.</summary>
/// <remarks>
/// A dot product is summed in 16 lanes, column i in lane i mod 16, folded in halves: lane i takes lane i + 8, then i + 4, i + 2, i + 1. The order
/// depends on nothing else, so every vector width gives the same bits; the narrower ones go over the columns once per group of lanes.
/// </remarks>
internal static class ForwardProduct
{
    private const int Lanes = 16;

    /// <param name="x">Examples x columns.</param>
    /// <param name="w">Outputs x columns.</param>
    /// <param name="y">Examples x outputs, added to.</param>
    public static void Add(ReadOnlyMatrixSpan x, ReadOnlyMatrixSpan w, MatrixSpan y)
    {
        Debug.Assert(x.Columns == w.Columns && x.Rows == y.Rows && w.Rows == y.Columns);
        if (Vector512.IsHardwareAccelerated)
        {
            Vectors<Simd512, Vector512<float>>(x, w, y);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Vectors<Simd256, Vector256<float>>(x, w, y);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Vectors<Simd128, Vector128<float>>(x, w, y);
        }
        else
        {
            Scalar(x, w, y);
        }
    }

    /// <summary>The readable twin.</summary>
    internal static void Scalar(ReadOnlyMatrixSpan x, ReadOnlyMatrixSpan w, MatrixSpan y)
    {
        Span<float> lanes = stackalloc float[Lanes];
        for (int n = 0; n < x.Rows; n++)
        {
            for (int o = 0; o < w.Rows; o++)
            {
                lanes.Clear();
                for (int i = 0; i < x.Columns; i++)
                {
                    lanes[i % Lanes] += x[n, i] * w[o, i];
                }

                for (int half = Lanes / 2; half > 0; half /= 2)
                {
                    for (int i = 0; i < half; i++)
                    {
                        lanes[i] += lanes[i + half];
                    }
                }

                y[n, o] += lanes[0];
            }
        }
    }

    /// <summary>Takes four examples at once, so that a row of weights is loaded once for all four, and two rows of weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Vectors<TSimd, TVector>(ReadOnlyMatrixSpan x, ReadOnlyMatrixSpan w, MatrixSpan y)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        Span<float> buffer = stackalloc float[8 * Lanes];
        ref float lanes = ref MemoryMarshal.GetReference(buffer);
        nuint columns = (nuint)x.Columns;
        int n = 0;
        for (; n + 4 <= x.Rows; n += 4)
        {
            for (int o = 0; o < w.Rows; o += 2)
            {
                // An odd last row of weights is taken twice and used once.
                int next = Math.Min(o + 1, w.Rows - 1);
                Block4x2<TSimd, TVector>(ref x.Row(n), (nuint)x.Stride, ref w.Row(o), ref w.Row(next), columns, ref lanes);
                for (int e = 0; e < 4; e++)
                {
                    y[n + e, o] += Fold(ref lanes, (nuint)(2 * e * Lanes));
                    if (next > o)
                    {
                        y[n + e, next] += Fold(ref lanes, (nuint)(((2 * e) + 1) * Lanes));
                    }
                }
            }
        }

        for (; n < x.Rows; n++)
        {
            for (int o = 0; o < w.Rows; o += 4)
            {
                int count = Math.Min(4, w.Rows - o);
                nuint last = (nuint)(count - 1);
                nuint stride = (nuint)w.Stride;
                Block1x4<TSimd, TVector>(ref x.Row(n), ref w.Row(o), stride, last, columns, ref lanes);
                for (int j = 0; j < count; j++)
                {
                    y[n, o + j] += Fold(ref lanes, (nuint)(j * Lanes));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block4x2<TSimd, TVector>(ref float x, nuint xStride, ref float w0, ref float w1, nuint columns, ref float lanes)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        ref float x1 = ref Unsafe.Add(ref x, xStride);
        ref float x2 = ref Unsafe.Add(ref x1, xStride);
        ref float x3 = ref Unsafe.Add(ref x2, xStride);
        nuint whole = columns & ~(nuint)(Lanes - 1);
        for (nuint group = 0; group < Lanes; group += (nuint)TSimd.Lanes)
        {
            TVector a0 = default, a1 = default, b0 = default, b1 = default;
            TVector c0 = default, c1 = default, d0 = default, d1 = default;
            for (nuint i = group; i < whole; i += Lanes)
            {
                TVector v0 = TSimd.Load(ref w0, i);
                TVector v1 = TSimd.Load(ref w1, i);
                TVector u = TSimd.Load(ref x, i);
                a0 = TSimd.Add(a0, TSimd.Multiply(u, v0));
                a1 = TSimd.Add(a1, TSimd.Multiply(u, v1));
                u = TSimd.Load(ref x1, i);
                b0 = TSimd.Add(b0, TSimd.Multiply(u, v0));
                b1 = TSimd.Add(b1, TSimd.Multiply(u, v1));
                u = TSimd.Load(ref x2, i);
                c0 = TSimd.Add(c0, TSimd.Multiply(u, v0));
                c1 = TSimd.Add(c1, TSimd.Multiply(u, v1));
                u = TSimd.Load(ref x3, i);
                d0 = TSimd.Add(d0, TSimd.Multiply(u, v0));
                d1 = TSimd.Add(d1, TSimd.Multiply(u, v1));
            }

            TSimd.Store(a0, ref lanes, group);
            TSimd.Store(a1, ref lanes, group + Lanes);
            TSimd.Store(b0, ref lanes, group + (2 * Lanes));
            TSimd.Store(b1, ref lanes, group + (3 * Lanes));
            TSimd.Store(c0, ref lanes, group + (4 * Lanes));
            TSimd.Store(c1, ref lanes, group + (5 * Lanes));
            TSimd.Store(d0, ref lanes, group + (6 * Lanes));
            TSimd.Store(d1, ref lanes, group + (7 * Lanes));
        }

        for (nuint i = whole; i < columns; i++)
        {
            float v0 = Unsafe.Add(ref w0, i), v1 = Unsafe.Add(ref w1, i);
            for (nuint e = 0; e < 4; e++)
            {
                float u = Unsafe.Add(ref x, (e * xStride) + i);
                Unsafe.Add(ref lanes, (2 * e * Lanes) + (i - whole)) += u * v0;
                Unsafe.Add(ref lanes, (((2 * e) + 1) * Lanes) + (i - whole)) += u * v1;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block1x4<TSimd, TVector>(ref float x, ref float w, nuint wStride, nuint last, nuint columns, ref float lanes)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        ref float w1 = ref Unsafe.Add(ref w, Math.Min(1, last) * wStride);
        ref float w2 = ref Unsafe.Add(ref w, Math.Min(2, last) * wStride);
        ref float w3 = ref Unsafe.Add(ref w, Math.Min(3, last) * wStride);
        nuint whole = columns & ~(nuint)(Lanes - 1);
        for (nuint group = 0; group < Lanes; group += (nuint)TSimd.Lanes)
        {
            TVector a = default, b = default, c = default, d = default;
            for (nuint i = group; i < whole; i += Lanes)
            {
                TVector u = TSimd.Load(ref x, i);
                a = TSimd.Add(a, TSimd.Multiply(u, TSimd.Load(ref w, i)));
                b = TSimd.Add(b, TSimd.Multiply(u, TSimd.Load(ref w1, i)));
                c = TSimd.Add(c, TSimd.Multiply(u, TSimd.Load(ref w2, i)));
                d = TSimd.Add(d, TSimd.Multiply(u, TSimd.Load(ref w3, i)));
            }

            TSimd.Store(a, ref lanes, group);
            TSimd.Store(b, ref lanes, group + Lanes);
            TSimd.Store(c, ref lanes, group + (2 * Lanes));
            TSimd.Store(d, ref lanes, group + (3 * Lanes));
        }

        for (nuint i = whole; i < columns; i++)
        {
            float u = Unsafe.Add(ref x, i);
            Unsafe.Add(ref lanes, i - whole) += u * Unsafe.Add(ref w, i);
            Unsafe.Add(ref lanes, Lanes + (i - whole)) += u * Unsafe.Add(ref w1, i);
            Unsafe.Add(ref lanes, (2 * Lanes) + (i - whole)) += u * Unsafe.Add(ref w2, i);
            Unsafe.Add(ref lanes, (3 * Lanes) + (i - whole)) += u * Unsafe.Add(ref w3, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Fold(ref float lanes, nuint at)
    {
        Vector128<float> low = Vector128.LoadUnsafe(ref lanes, at) + Vector128.LoadUnsafe(ref lanes, at + 8);
        Vector128<float> high = Vector128.LoadUnsafe(ref lanes, at + 4) + Vector128.LoadUnsafe(ref lanes, at + 12);
        low += high;
        return (low[0] + low[2]) + (low[1] + low[3]);
    }
}
