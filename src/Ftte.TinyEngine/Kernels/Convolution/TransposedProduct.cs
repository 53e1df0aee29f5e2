namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes products with the transpose of a matrix of weights, from panels that are transposed right before they are used.</summary>
/// <remarks>
/// The weights are read once and written nowhere; a panel stays in the first cache level. Each panel continues the sums of the previous one, so an output is one chain of fused
/// multiply-adds in ascending order, with the same bits as <see cref="WindowProduct"/> gives with a transposed copy of all weights.
/// </remarks>
internal static unsafe class TransposedProduct
{
    private const int FewRows = 32;
    private const int Narrow = 32;
    private const int Wide = 64;
    private const int PanelFloats = 4 * 1024;

    /// <summary>Gets the length of the workspace: one panel.</summary>
    public static int ScratchFloats(int depth, int columns) => (int)Math.Min(PanelFloats, (long)depth * columns);

    /// <summary>Computes c = a * bᵀ, or c += a * bᵀ, for matrices of rows x depth and columns x depth without gaps.</summary>
    public static void Run(float* a, float* b, float* c, int rows, int depth, int columns, bool add, float* scratch) =>
        RunColumns(a, b, c, rows, depth, columns, 0, columns, add, scratch);

    /// <summary>Computes columns [first, last) of the result.</summary>
    public static void RunColumns(float* a, float* b, float* c, int rows, int depth, int columns, int first, int last, bool add, float* scratch)
    {
        // One row needs many columns, to have enough chains of sums; many rows use a longer panel better.
        int width = rows < FewRows ? Wide : Narrow, length = PanelFloats / width;
        for (int column = first; column < last; column += width)
        {
            int count = Math.Min(width, last - column);
            for (int k = 0; k < depth; k += length)
            {
                int run = Math.Min(length, depth - k);
                Transposition.Run(b + ((nint)column * depth) + k, depth, count, run, scratch, count);
                WindowProduct.Run(new Window(depth, 0, 1, run, count, columns), a + k, scratch, null, c + column, rows, count, add || k > 0);
            }
        }
    }

    /// <summary>The scalar reference implementation.</summary>
    internal static void Scalar(float* a, float* b, float* c, int rows, int depth, int columns, bool add)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                float sum = add ? c[((nint)row * columns) + column] : 0;
                for (int k = 0; k < depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(a[((nint)row * depth) + k], b[((nint)column * depth) + k], sum);
                }

                c[((nint)row * columns) + column] = sum;
            }
        }
    }
}
