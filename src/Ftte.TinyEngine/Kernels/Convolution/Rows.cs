using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Copies rows of a matrix.</summary>
internal static unsafe class Rows
{
    /// <summary>Copies some columns of some rows.</summary>
    /// <param name="from">The first value.</param>
    /// <param name="stride">The distance between rows.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="to">Receives the rows.</param>
    /// <param name="toStride">The distance between these.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* from, nint stride, int rows, int columns, float* to, nint toStride)
    {
        // Rows are too short for a call per row.
        int whole = columns & ~7;
        for (int i = 0; i < rows; i++, from += stride, to += toStride)
        {
            int j = 0;
            for (; j < whole; j += 8)
            {
                Vector256.Load(from + j).Store(to + j);
            }

            for (; j < columns; j++)
            {
                to[j] = from[j];
            }
        }
    }
}
