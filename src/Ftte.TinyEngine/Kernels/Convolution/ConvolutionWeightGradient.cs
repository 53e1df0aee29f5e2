namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the gradient of the weights of a convolution: dw += xᵀ * dy.</summary>
/// <remarks>
/// Each weight is one chain of fused multiply-adds, continued from the existing value, over examples, output rows and output columns in ascending order. Outputs for
/// which a weight covers padding are skipped, or multiplied as zeros if that is faster.
/// </remarks>
internal static unsafe class ConvolutionWeightGradient
{
    private const int PartChannels = 16;
    private const int FewChannels = 8;
    private const int BlockPixels = 1024;
    private const int MinBlockChannels = 128;
    private const int MinBlockFilters = 64;

    /// <summary>Gets the number of parts that can be divided among workers; a part is a range of channels of one kernel column, or a kernel row.</summary>
    public static int Parts(in ConvolutionShape s) =>
        IsPadded(s) ? s.KernelHeight : s.KernelHeight * s.KernelWidth * Blocks(s);

    /// <summary>Gets the number of parts that should be computed together, and the maximum number of their rows of weights.</summary>
    public static (int Parts, int Rows) Group(in ConvolutionShape s) =>
        UsesBlocks(s) ? (BlockedStripProduct.MaxRows / PartChannels, BlockedStripProduct.MaxRows) : (1, FirstRow(s, 1));

    /// <summary>Gets the length of the workspace of one worker.</summary>
    public static long ScratchFloats(in ConvolutionShape s) => IsPadded(s) ? (long)BandRows(s) * RowFloats(s) : UsesBlocks(s) ? BlockedStripProduct.ScratchFloats : 0;

    /// <summary>Adds the gradient of a range of parts.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="examples">The number of examples.</param>
    /// <param name="x">The input.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="dw">The gradient of the weights: weight rows x filters.</param>
    /// <param name="firstPart">The first part.</param>
    /// <param name="lastPart">The part after the last.</param>
    /// <param name="scratch">The worker's workspace.</param>
    public static void Run(in ConvolutionShape s, int examples, float* x, float* dy, float* dw, int firstPart, int lastPart, float* scratch) =>
        Run(s, examples, x, dy, dw, firstPart, lastPart, 0, s.Filters, scratch);

    /// <summary>Adds the gradient of a range of filters.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="examples">The number of examples.</param>
    /// <param name="x">The input.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="dw">The gradient of these filters' weights: weight rows x (lastFilter - firstFilter).</param>
    /// <param name="firstFilter">The first filter.</param>
    /// <param name="lastFilter">The filter after the last.</param>
    /// <param name="scratch">The worker's workspace.</param>
    public static void RunFilters(in ConvolutionShape s, int examples, float* x, float* dy, float* dw, int firstFilter, int lastFilter, float* scratch) =>
        Run(s, examples, x, dy, dw, 0, Parts(s), firstFilter, lastFilter, scratch);

    /// <summary>Adds the gradient of a range of filters in a range of parts.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="examples">The number of examples.</param>
    /// <param name="x">The input.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="dw">The gradient of these weights: the weight rows of the parts x (lastFilter - firstFilter).</param>
    /// <param name="firstPart">The first part.</param>
    /// <param name="lastPart">The part after the last.</param>
    /// <param name="firstFilter">The first filter.</param>
    /// <param name="lastFilter">The filter after the last.</param>
    /// <param name="scratch">The worker's workspace.</param>
    public static void RunTile(
        in ConvolutionShape s, int examples, float* x, float* dy, float* dw, int firstPart, int lastPart, int firstFilter, int lastFilter, float* scratch) =>
        Run(s, examples, x, dy, dw - ((nint)FirstRow(s, firstPart) * (lastFilter - firstFilter)), firstPart, lastPart, firstFilter, lastFilter, scratch);

    /// <summary>Returns the first row of weights of a part; for the number of parts, the number of rows.</summary>
    public static int FirstRow(in ConvolutionShape s, int part)
    {
        if (IsPadded(s))
        {
            return part * s.KernelWidth * s.Channels;
        }

        (int tap, int block) = Math.DivRem(part, Blocks(s));
        return (tap * s.GroupChannels) + Math.Min(block * PartChannels, s.GroupChannels);
    }

    /// <summary>The scalar reference implementation: one weight at a time.</summary>
    internal static void Scalar(in ConvolutionShape s, int examples, float* x, float* dy, float* dw)
    {
        for (int k = 0; k < s.WeightRows; k++)
        {
            int c = k % s.GroupChannels, j = k / s.GroupChannels % s.KernelWidth, t = k / s.GroupChannels / s.KernelWidth;
            for (int f = 0; f < s.Filters; f++)
            {
                float sum = dw[((nint)k * s.Filters) + f];
                for (int i = 0; i < examples * s.OutputHeight * s.OutputWidth; i++)
                {
                    int column = i % s.OutputWidth, row = i / s.OutputWidth % s.OutputHeight, example = i / s.OutputWidth / s.OutputHeight;
                    int inRow = (row * s.StrideY) + t - s.PaddingY, inColumn = (column * s.StrideX) + j - s.PaddingX;
                    if (inRow >= 0 && inRow < s.Height && inColumn >= 0 && inColumn < s.Width)
                    {
                        int channel = (f / s.GroupFilters * s.GroupChannels) + c;
                        float input = x[((((((nint)example * s.Height) + inRow) * s.Width) + inColumn) * s.Channels) + channel];
                        sum = MathF.FusedMultiplyAdd(input, dy[((nint)i * s.Filters) + f], sum);
                    }
                }

                dw[((nint)k * s.Filters) + f] = sum;
            }
        }
    }

    // With few channels, the contiguous inputs of a whole kernel row fill a tile; those of one kernel column do not.
    private static bool IsPadded(in ConvolutionShape s) => s.Groups == 1 && s.Channels < FewChannels && s.KernelWidth > 1;

    // Copies pay for layers whose pixels are far apart in memory; inputs of fewer channels are read in place.
    private static bool UsesBlocks(in ConvolutionShape s) => !s.IsPointwise && s.Groups == 1 && s.Channels >= MinBlockChannels && s.Filters >= MinBlockFilters;

    private static int Blocks(in ConvolutionShape s) => (s.GroupChannels + PartChannels - 1) / PartChannels;

    private static int RowFloats(in ConvolutionShape s) => (s.Width + (2 * s.PaddingX)) * s.Channels;

    private static int BandOutputs(in ConvolutionShape s) => PaddedRows.ResultRows(s.OutputHeight, s.StrideY, s.KernelHeight, RowFloats(s));

    private static int BandRows(in ConvolutionShape s) => ((BandOutputs(s) - 1) * s.StrideY) + s.KernelHeight;

    private static void Run(
        in ConvolutionShape s, int examples, float* x, float* dy, float* dw, int firstPart, int lastPart, int firstFilter, int lastFilter, float* scratch)
    {
        if (IsPadded(s))
        {
            Padded(s, examples, x, dy, dw, firstPart, lastPart, firstFilter, lastFilter, scratch);
            return;
        }

        for (int part = firstPart, parts; part < lastPart; part += parts)
        {
            (int tap, int block) = Math.DivRem(part, Blocks(s));
            parts = Math.Min(Math.Min(Group(s).Parts, Blocks(s) - block), lastPart - part);
            int channel = block * PartChannels, channels = Math.Min(parts * PartChannels, s.GroupChannels - channel);
            Tap(s, examples, x, dy, dw, tap, channel, channels, firstFilter, lastFilter, scratch);
        }
    }

    /// <summary>Adds the gradient of a range of channels of one kernel column, over the outputs for which the column covers the image.</summary>
    private static void Tap(
        in ConvolutionShape s, int examples, float* x, float* dy, float* dw, int tap, int channel, int channels, int firstFilter, int lastFilter, float* scratch)
    {
        (int t, int j) = Math.DivRem(tap, s.KernelWidth);
        (int row, int rows) = Outputs(s.Height, s.OutputHeight, s.StrideY, s.PaddingY, t);
        (int column, int columns) = Outputs(s.Width, s.OutputWidth, s.StrideX, s.PaddingX, j);
        if (rows <= 0 || columns <= 0)
        {
            return;
        }

        int filters = lastFilter - firstFilter;
        nint inputLine = (nint)s.StrideY * s.Width * s.Channels, gradientLine = (nint)s.OutputWidth * s.Filters;
        if (s.IsPointwise)
        {
            Matrix(s, (long)examples * s.Height * s.Width, x + channel, dy + firstFilter, dw + ((nint)channel * filters), channels, filters);
            return;
        }

        var strip = new Strip(examples, rows, columns, s.InputValues, inputLine, s.StrideX * s.Channels, s.OutputValues, gradientLine, s.Filters, filters);
        int inRow = (row * s.StrideY) + t - s.PaddingY, inColumn = (column * s.StrideX) + j - s.PaddingX;
        float* inputs = x + ((((nint)inRow * s.Width) + inColumn) * s.Channels) + channel;
        float* gradients = dy + ((((nint)row * s.OutputWidth) + column) * s.Filters);
        float* weights = dw + ((((nint)tap * s.GroupChannels) + channel) * filters);
        if (UsesBlocks(s) && filters >= MinBlockFilters)
        {
            BlockedStripProduct.Run(strip, inputs, gradients + firstFilter, weights, channels, filters, scratch);
            return;
        }

        for (int g = firstFilter / s.GroupFilters; g * s.GroupFilters < lastFilter; g++)
        {
            int from = Math.Max(firstFilter, g * s.GroupFilters), to = Math.Min(lastFilter, (g + 1) * s.GroupFilters);
            StripProduct.Run(strip, inputs + (g * s.GroupChannels), gradients + from, weights + (from - firstFilter), channels, to - from);
        }
    }

    /// <summary>Adds the gradient of a range of channels of a plain matrix product, a block of pixels at a time, so that the inputs of all filters stay in cache.</summary>
    private static void Matrix(in ConvolutionShape s, long pixels, float* x, float* dy, float* dw, int channels, int filters)
    {
        for (long first = 0; first < pixels; first += BlockPixels)
        {
            int count = (int)Math.Min(BlockPixels, pixels - first);
            var strip = new Strip(1, 1, count, 0, 0, s.Channels, 0, 0, s.Filters, filters);
            StripProduct.Run(strip, x + (first * s.Channels), dy + (first * s.Filters), dw, channels, filters);
        }
    }

    /// <summary>Returns the outputs for which a kernel row covers a row of the image.</summary>
    private static (int First, int Count) Outputs(int size, int outputs, int stride, int padding, int tap)
    {
        int first = Math.Max(0, (padding - tap + stride - 1) / stride);
        int last = size - 1 + padding - tap < 0 ? -1 : Math.Min(outputs - 1, (size - 1 + padding - tap) / stride);
        return (first, last - first + 1);
    }

    private static void Padded(
        in ConvolutionShape s, int examples, float* x, float* dy, float* dw, int firstPart, int lastPart, int firstFilter, int lastFilter, float* scratch)
    {
        int padding = s.PaddingX * s.Channels, run = s.KernelWidth * s.Channels, filters = lastFilter - firstFilter;
        nint rowFloats = RowFloats(s), gradientLine = (nint)s.OutputWidth * s.Filters;
        for (int example = 0; example < examples; example++)
        {
            for (int row = 0; row < s.OutputHeight; row += BandOutputs(s))
            {
                int rows = Math.Min(BandOutputs(s), s.OutputHeight - row);
                int inputRows = ((rows - 1) * s.StrideY) + s.KernelHeight;
                float* image = x + ((nint)example * s.InputValues);
                PaddedRows.Copy(image, s.Height, s.Width * s.Channels, padding, padding, (row * s.StrideY) - s.PaddingY, inputRows, scratch);
                float* gradients = dy + ((nint)example * s.OutputValues) + (row * gradientLine) + firstFilter;
                var strip = new Strip(1, rows, s.OutputWidth, 0, s.StrideY * rowFloats, s.StrideX * s.Channels, 0, gradientLine, s.Filters, filters);
                for (int t = firstPart; t < lastPart; t++)
                {
                    StripProduct.Run(strip, scratch + (t * rowFloats), gradients, dw + ((nint)t * run * filters), run, filters);
                }
            }
        }
    }
}
