using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Transposes rows into columns.</summary>
internal static unsafe class Transposition
{
    /// <summary>Computes to[j, i] = from[i, j] for a matrix without gaps.</summary>
    public static void Run(float* from, int rows, int columns, float* to) => Run(from, columns, rows, columns, to, rows);

    /// <summary>Computes to[j, i] = from[i, j].</summary>
    /// <param name="from">The first value.</param>
    /// <param name="stride">The distance between rows.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="to">Receives the columns as rows.</param>
    /// <param name="toStride">The distance between these.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* from, nint stride, int rows, int columns, float* to, nint toStride)
    {
        int wholeRows = Sse.IsSupported || AdvSimd.Arm64.IsSupported ? rows & ~3 : 0, wholeColumns = columns & ~3, first = 0;

        // Rows first: if the distance between rows is a power of two, lines of many rows do not fit in the first cache level together.
        for (; Avx.IsSupported && columns % 8 == 0 && first + 8 <= rows; first += 8)
        {
            for (int j = 0; j < columns; j += 8)
            {
                WideBlock(from + (first * stride) + j, stride, to + (j * toStride) + first, toStride);
            }
        }

        for (int i = first; i < wholeRows; i += 4)
        {
            for (int j = 0; j < wholeColumns; j += 4)
            {
                Block(from + (i * stride) + j, stride, to + (j * toStride) + i, toStride);
            }
        }

        Scalar(from, stride, to, toStride, wholeRows, rows, 0, wholeColumns);
        Scalar(from, stride, to, toStride, 0, rows, wholeColumns, columns);
    }

    private static void Scalar(float* from, nint stride, float* to, nint toStride, int firstRow, int lastRow, int firstColumn, int lastColumn)
    {
        for (int i = firstRow; i < lastRow; i++)
        {
            for (int j = firstColumn; j < lastColumn; j++)
            {
                to[(j * toStride) + i] = from[(i * stride) + j];
            }
        }
    }

    /// <summary>Transposes 8 x 8 values: halves of rows i and i + 4 fill one register, and then each half is a block of 4 x 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WideBlock(float* from, nint stride, float* to, nint toStride)
    {
        HalfBlock(from, stride, to, toStride);
        HalfBlock(from + 4, stride, to + (4 * toStride), toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void HalfBlock(float* from, nint stride, float* to, nint toStride)
    {
        float* lower = from + (4 * stride);
        Vector256<float> a = Vector256.Create(Vector128.Load(from), Vector128.Load(lower));
        Vector256<float> b = Vector256.Create(Vector128.Load(from + stride), Vector128.Load(lower + stride));
        Vector256<float> c = Vector256.Create(Vector128.Load(from + (2 * stride)), Vector128.Load(lower + (2 * stride)));
        Vector256<float> d = Vector256.Create(Vector128.Load(from + (3 * stride)), Vector128.Load(lower + (3 * stride)));
        Vector256<float> ac = Avx.UnpackLow(a, c), bd = Avx.UnpackLow(b, d), ca = Avx.UnpackHigh(a, c), db = Avx.UnpackHigh(b, d);
        Avx.UnpackLow(ac, bd).Store(to);
        Avx.UnpackHigh(ac, bd).Store(to + toStride);
        Avx.UnpackLow(ca, db).Store(to + (2 * toStride));
        Avx.UnpackHigh(ca, db).Store(to + (3 * toStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(float* from, nint columns, float* to, nint rows)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + columns);
        Vector128<float> c = Vector128.Load(from + (2 * columns)), d = Vector128.Load(from + (3 * columns));
        Vector128<float> ac = Low(a, c), bd = Low(b, d), ca = High(a, c), db = High(b, d);
        Low(ac, bd).Store(to);
        High(ac, bd).Store(to + rows);
        Low(ca, db).Store(to + (2 * rows));
        High(ca, db).Store(to + (3 * rows));
    }

    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
