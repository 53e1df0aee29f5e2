namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes products of large matrices from blocks of inputs and packed panels of weights that stay in cache while they are used.</summary>
/// <remarks>
/// The depth is divided into blocks, and each block continues the sums of the previous one. An output is therefore still one chain of fused multiply-adds in ascending order, with the same bits as
/// <see cref="WindowProduct"/> gives in one call.
/// </remarks>
internal static unsafe class PanelProduct
{
    private const int Depth = 256;
    private const int Rows = 256;
    private const int Columns = 32;
    private const int FewRows = 32;
    private const long SmallWeights = 48 * 1024;

    /// <summary>Gets the length of the workspace of a product; 0 if the weights are small enough to be read in place.</summary>
    public static long ScratchFloats(int depth, int columns) => IsLarge(depth, columns) ? Depth * Columns : 0;

    /// <summary>Determines whether weights are too large to be read in place for every few rows.</summary>
    public static bool IsLarge(int depth, int columns) => (long)depth * columns > SmallWeights;

    /// <summary>Computes c = a * b + bias, or c += a * b, for matrices of rows x depth and depth x columns without gaps.</summary>
    public static void Run(float* a, float* b, float* bias, float* c, int rows, int depth, int columns, bool add, float* scratch)
    {
        if (ScratchFloats(depth, columns) > 0 && rows < FewRows)
        {
            StreamedProduct.Run(a, b, bias, c, rows, depth, columns, add);
            return;
        }

        if (ScratchFloats(depth, columns) == 0)
        {
            WindowProduct.Run(new Window(depth, 0, 1, depth, columns, columns), a, b, bias, c, rows, columns, add);
            return;
        }

        for (int k = 0; k < depth; k += Depth)
        {
            int run = Math.Min(Depth, depth - k);
            bool continues = add || k > 0;
            for (int row = 0; row < rows; row += Rows)
            {
                int count = Math.Min(Rows, rows - row);
                for (int column = 0; column < columns; column += Columns)
                {
                    int width = Math.Min(Columns, columns - column);
                    Kernels.Rows.Copy(b + ((nint)k * columns) + column, columns, run, width, scratch, width);
                    float* start = bias is null ? null : bias + column;
                    var window = new Window(depth, 0, 1, run, width, columns);
                    WindowProduct.Run(window, a + ((nint)row * depth) + k, scratch, start, c + ((nint)row * columns) + column, count, width, continues);
                }
            }
        }
    }
}
