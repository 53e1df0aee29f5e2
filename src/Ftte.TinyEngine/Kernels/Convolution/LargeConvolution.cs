namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes rows of outputs of a convolution with weights that exceed the first cache levels: each block of weights is used for all rows before the next block is read.</summary>
/// <remarks>
/// Row by row, such weights would be read from a slower cache level for every row of outputs. A block continues the sums of the previous one, so an output is still one chain of fused
/// multiply-adds in ascending order, with the same bits as <see cref="WindowProduct"/> gives in one call.
/// </remarks>
internal static unsafe class LargeConvolution
{
    /// <summary>The intended size of a band of padded rows: many rows, and whole images of the last layers of common networks.</summary>
    public const int BandFloats = 32 * 1024;

    /// <summary>The maximum number of rows of a panel of weights.</summary>
    public const int Depth = 256;

    /// <summary>The maximum number of columns of a panel of weights.</summary>
    public const int Columns = 32;

    /// <summary>The length of a panel of weights.</summary>
    public const int PanelFloats = Depth * Columns;

    // For fewer pixels, a copy of the weights takes longer than it saves.
    private const int MinCopyPixels = 48;
    private const int MinDepth = 64;
    private const int StripColumns = 16;

    /// <summary>Determines whether the weights of a convolution are used in blocks.</summary>
    public static bool Includes(in ConvolutionShape s) => !s.IsPointwise && s.Groups == 1 && PanelProduct.IsLarge(s.WeightRows, s.Filters);

    /// <summary>Computes rows of outputs.</summary>
    /// <param name="window">The layout of the inputs of a row, with the segments of a whole output.</param>
    /// <param name="lines">The rows of outputs.</param>
    /// <param name="a">The first input.</param>
    /// <param name="b">The weights.</param>
    /// <param name="bias">The initial value of each column; null for 0.</param>
    /// <param name="c">The first output.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="panel">The workspace of one panel.</param>
    public static void Run(in Window window, in Lines lines, float* a, float* b, float* bias, float* c, int columns, float* panel)
    {
        bool copies = lines.Count * lines.Pixels >= MinCopyPixels;
        int depth = copies ? Depth : Math.Max(MinDepth, PanelFloats / columns), width = copies ? Columns : StripColumns;
        int parts = (window.Run + depth - 1) / depth;
        depth = (window.Run + parts - 1) / parts;
        for (int k = 0, run; k < window.Segments * window.Run; k += run)
        {
            (int segment, int first) = Math.DivRem(k, window.Run);
            run = Math.Min(depth, window.Run - first);
            float* inputs = a + (segment * window.InputSegment) + first;
            for (int column = 0; column < columns; column += width)
            {
                int count = Math.Min(width, columns - column);
                float* weights = b + (k * window.WeightStride) + column;
                Window part = window with { Segments = 1, Run = run };
                if (copies)
                {
                    PanelProduct.Pack(weights, window.WeightStride, run, count, panel);
                    weights = panel;
                    part = part with { WeightStride = count };
                }

                RunLines(part, lines, inputs, weights, bias is null ? null : bias + column, c + column, count, add: k > 0);
            }
        }
    }

    /// <summary>Computes some columns of rows of outputs from one block of weights.</summary>
    public static void RunLines(in Window window, in Lines lines, float* a, float* b, float* bias, float* c, int columns, bool add)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            WindowProduct.Run(window, a + (i * lines.Input), b, bias, c + (i * lines.Output), lines.Pixels, columns, add);
        }
    }
}
