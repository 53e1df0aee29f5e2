using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Transposes rows into columns.</summary>
internal static unsafe class Transposition
{
    /// <summary>Computes to[j, i] = from[i, j].</summary>
    public static void Run(float* from, int rows, int columns, float* to)
    {
        int wholeRows = Sse.IsSupported || AdvSimd.Arm64.IsSupported ? rows & ~3 : 0, wholeColumns = columns & ~3;
        for (int j = 0; j < wholeColumns; j += 4)
        {
            for (int i = 0; i < wholeRows; i += 4)
            {
                Block(from + ((nint)i * columns) + j, columns, to + ((nint)j * rows) + i, rows);
            }
        }

        Scalar(from, rows, columns, to, wholeRows, rows, 0, wholeColumns);
        Scalar(from, rows, columns, to, 0, rows, wholeColumns, columns);
    }

    private static void Scalar(float* from, int rows, int columns, float* to, int firstRow, int lastRow, int firstColumn, int lastColumn)
    {
        for (int i = firstRow; i < lastRow; i++)
        {
            for (int j = firstColumn; j < lastColumn; j++)
            {
                to[((nint)j * rows) + i] = from[((nint)i * columns) + j];
            }
        }
    }

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
