namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes products of few rows with a large matrix of weights, which is read once and nearly in the order of memory.</summary>
/// <remarks>
/// <para>With few rows, the time to read the weights counts most. A panel of columns over the whole depth would touch another page of memory with every row or two of weights. Here, a
/// block of rows of weights is used for all columns before the next block is read.</para>
/// <para>Each block continues the sums of the previous one, so an output is one chain of fused multiply-adds in ascending order, with the same bits as <see cref="WindowProduct"/> gives in one
/// call.</para>
/// </remarks>
internal static unsafe class StreamedProduct
{
    // A block stays in the second cache level while all rows use it. Shorter blocks load and store sums too often.
    private const int BlockFloats = 32 * 1024;
    private const int MinDepth = 64;

    /// <summary>Computes c = a * b + bias, or c += a * b, for matrices of rows x depth and depth x columns without gaps.</summary>
    public static void Run(float* a, float* b, float* bias, float* c, int rows, int depth, int columns, bool add) =>
        RunColumns(a, b, bias, c, rows, depth, columns, 0, columns, add);

    /// <summary>Computes columns [first, last) of the result.</summary>
    public static void RunColumns(float* a, float* b, float* bias, float* c, int rows, int depth, int columns, int first, int last, bool add)
    {
        int block = Math.Max(MinDepth, BlockFloats / columns);
        float* start = bias is null ? null : bias + first;
        for (int k = 0; k < depth; k += block)
        {
            int run = Math.Min(block, depth - k);
            WindowProduct.Run(new Window(depth, 0, 1, run, columns, columns), a + k, b + ((nint)k * columns) + first, start, c + first, rows, last - first, add || k > 0);
        }
    }
}
