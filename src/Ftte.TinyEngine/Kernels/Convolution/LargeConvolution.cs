namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes outputs of a convolution with weights that exceed the first cache levels: each block of weights is used for many pixels, of several images, before the next block is read.</summary>
/// <remarks>
/// The inputs of a block of pixels are copied to the rows of a matrix, so that register tiles are full whatever the width of an image. A block of weights continues the sums of the previous one, so an
/// output is one chain of fused multiply-adds in ascending order, with the same bits as <see cref="WindowProduct"/> gives in one call.
/// </remarks>
internal static unsafe class LargeConvolution
{
    // A panel of 24 KiB and the inputs of twelve pixels stay in the first cache level, all inputs of a block in the second one.
    private const int Pixels = 192;
    private const int Depth = 192;
    private const int Columns = 32;

    // For fewer pixels, a copy of the weights takes longer than it saves.
    private const int MinCopyPixels = 48;
    private const int StreamDepth = 64;
    private const int StreamColumns = 16;

    /// <summary>Gets the length of the workspace of one worker.</summary>
    public const int ScratchFloats = (Pixels * Depth) + (Depth * Columns);

    /// <summary>Determines whether the weights of a convolution are used in blocks.</summary>
    public static bool Includes(in ConvolutionShape s) => !s.IsPointwise && s.Groups == 1 && PanelProduct.IsLarge(s.WeightRows, s.Filters);

    /// <summary>Computes rows [firstRow, lastRow) of pixels, counted through all images.</summary>
    /// <param name="grid">The pixels and what they read.</param>
    /// <param name="source">The first source image.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="bias">The initial value of each column; null for 0.</param>
    /// <param name="layout">The layout of the outputs.</param>
    /// <param name="c">The outputs.</param>
    /// <param name="columns">The number of columns of the weights.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="lastRow">The row after the last.</param>
    /// <param name="add">True to start with the existing values of <paramref name="c"/>.</param>
    /// <param name="scratch">The workspace.</param>
    public static void Run<TWeights>(
        in PatchGrid grid, float* source, TWeights weights, float* bias, in PixelLayout layout, float* c, int columns, int firstRow, int lastRow, bool add, float* scratch)
        where TWeights : struct, IWeightPanels
    {
        long last = (long)lastRow * grid.Columns;
        float* panel = scratch + (Pixels * Depth);
        for (long first = (long)firstRow * grid.Columns; first < last; first += Pixels)
        {
            int pixels = (int)Math.Min(Pixels, last - first);
            bool copies = pixels >= MinCopyPixels;
            int width = copies ? Columns : StreamColumns, run = BalancedDepth(grid.Depth, copies ? Depth : StreamDepth);
            for (int k = 0; k < grid.Depth; k += run)
            {
                int depth = Math.Min(run, grid.Depth - k);
                Patches.Copy(grid, source, first, pixels, k, depth, scratch);
                for (int column = 0; column < columns; column += width)
                {
                    int count = Math.Min(width, columns - column);
                    float* b = weights.Get(k, depth, column, count, copies, panel, out nint stride);
                    var window = new Window(depth, 0, 1, depth, stride, layout.Pixel);
                    RunPixels(window, grid, layout, scratch, b, bias is null ? null : bias + column, c + column, first, pixels, count, add || k > 0);
                }
            }
        }
    }

    private static int BalancedDepth(int depth, int max)
    {
        int parts = (depth + max - 1) / max;
        return (depth + parts - 1) / parts;
    }

    /// <summary>Computes some columns of a block of pixels, line by line if there are gaps between lines.</summary>
    private static void RunPixels(
        in Window window, in PatchGrid grid, in PixelLayout layout, float* a, float* b, float* bias, float* c, long firstPixel, int pixels, int columns, bool add)
    {
        if (layout.Row == grid.Columns * layout.Pixel && layout.Image == grid.Rows * layout.Row)
        {
            WindowProduct.Run(window, a, b, bias, c + (firstPixel * layout.Pixel), pixels, columns, add);
            return;
        }

        for (int p = 0, count; p < pixels; p += count)
        {
            (long line, long column) = Math.DivRem(firstPixel + p, grid.Columns);
            (long image, long row) = Math.DivRem(line, grid.Rows);
            count = (int)Math.Min(grid.Columns - column, pixels - p);
            float* outputs = c + ((nint)image * layout.Image) + ((nint)row * layout.Row) + ((nint)column * layout.Pixel);
            WindowProduct.Run(window, a + (p * window.InputPixel), b, bias, outputs, count, columns, add);
        }
    }
}
