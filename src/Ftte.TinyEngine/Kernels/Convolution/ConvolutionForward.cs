namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the output of a convolution: y = x * w + bias.</summary>
/// <remarks>
/// An output is one chain of fused multiply-adds, from the bias over kernel rows, kernel columns and channels in ascending order; padding is
/// multiplied as zeros. Weights are read in place.
/// </remarks>
internal static unsafe class ConvolutionForward
{
    /// <summary>Gets the length of the workspace of one worker.</summary>
    public static long ScratchFloats(in ConvolutionShape s) =>
        s.IsPointwise ? PanelProduct.ScratchFloats(s.Channels, s.Filters) : LargeConvolution.Includes(s) ? LargeConvolution.ScratchFloats : BandFloats(s);

    /// <summary>Computes output rows [firstRow, lastRow), counted through all examples.</summary>
    public static void Run(in ConvolutionShape s, float* x, float* w, float* bias, float* y, int firstRow, int lastRow, float* scratch)
    {
        if (s.IsPointwise)
        {
            long first = (long)firstRow * s.OutputWidth;
            int pixels = (lastRow - firstRow) * s.OutputWidth;
            PanelProduct.Run(x + (first * s.Channels), w, bias, y + (first * s.Filters), pixels, s.Channels, s.Filters, add: false, scratch);
            return;
        }

        if (LargeConvolution.Includes(s))
        {
            var grid = new PatchGrid(
                s.OutputHeight, s.OutputWidth, s.KernelHeight, s.KernelWidth, s.StrideY, s.StrideX, -s.PaddingY, -s.PaddingX, s.Height, s.Width, s.Channels);
            var layout = new PixelLayout(s.OutputValues, (nint)s.OutputWidth * s.Filters, s.Filters);
            LargeConvolution.Run(grid, x, new RowPanels(w, s.Filters), bias, layout, y, s.Filters, firstRow, lastRow, add: false, scratch);
            return;
        }

        int bandRows = IsRead(s) ? s.OutputHeight : BandOutputs(s);
        while (firstRow < lastRow)
        {
            (int example, int row) = Math.DivRem(firstRow, s.OutputHeight);
            int rows = Math.Min(Math.Min(bandRows, s.OutputHeight - row), lastRow - firstRow);
            Band(s, x + ((long)example * s.InputValues), w, bias, y + ((long)example * s.OutputValues), row, rows, scratch);
            firstRow += rows;
        }
    }

    /// <summary>Computes outputs [firstFilter, lastFilter) of all examples of a linear layer.</summary>
    public static void RunLinear(in ConvolutionShape s, float* x, float* w, float* bias, float* y, int examples, int firstFilter, int lastFilter) =>
        StreamedProduct.RunColumns(x, w, bias, y, examples, s.Channels, s.Filters, firstFilter, lastFilter, add: false);

    /// <summary>The scalar reference implementation: all rows, one output at a time.</summary>
    internal static void Scalar(in ConvolutionShape s, float* x, float* w, float* bias, float* y, int examples)
    {
        for (long i = 0; i < (long)examples * s.OutputValues; i++)
        {
            int f = (int)(i % s.Filters), column = (int)(i / s.Filters % s.OutputWidth), row = (int)(i / s.Filters / s.OutputWidth % s.OutputHeight);
            float* image = x + (i / s.OutputValues * s.InputValues);
            float sum = bias is null ? 0 : bias[f];
            for (int k = 0; k < s.WeightRows; k++)
            {
                int c = k % s.GroupChannels, j = k / s.GroupChannels % s.KernelWidth, t = k / s.GroupChannels / s.KernelWidth;
                int inRow = (row * s.StrideY) + t - s.PaddingY, inColumn = (column * s.StrideX) + j - s.PaddingX;
                bool isInside = inRow >= 0 && inRow < s.Height && inColumn >= 0 && inColumn < s.Width;
                int channel = (f / s.GroupFilters * s.GroupChannels) + c;
                float input = isInside ? image[((((nint)inRow * s.Width) + inColumn) * s.Channels) + channel] : 0;
                sum = MathF.FusedMultiplyAdd(input, w[((nint)k * s.Filters) + f], sum);
            }

            y[i] = sum;
        }
    }

    private static bool IsRead(in ConvolutionShape s) => s.PaddingX == 0 && s.PaddingY == 0;

    private static int RowFloats(in ConvolutionShape s) => (s.Width + (2 * s.PaddingX)) * s.Channels;

    /// <summary>Gets the number of output rows of a band.</summary>
    private static int BandOutputs(in ConvolutionShape s) =>
        PaddedRows.ResultRows(s.OutputHeight, s.StrideY, s.KernelHeight, RowFloats(s));

    private static long BandFloats(in ConvolutionShape s) => IsRead(s) ? 0 : (long)(((BandOutputs(s) - 1) * s.StrideY) + s.KernelHeight) * RowFloats(s);

    private static void Band(in ConvolutionShape s, float* x, float* w, float* bias, float* y, int row, int rows, float* scratch)
    {
        float* band = x + ((nint)row * s.StrideY * s.Width * s.Channels);
        nint rowFloats = RowFloats(s);
        if (!IsRead(s))
        {
            int padding = s.PaddingX * s.Channels, inputRows = ((rows - 1) * s.StrideY) + s.KernelHeight;
            PaddedRows.Copy(x, s.Height, s.Width * s.Channels, padding, padding, (row * s.StrideY) - s.PaddingY, inputRows, scratch);
            band = scratch;
        }

        var window = new Window(s.StrideX * s.Channels, rowFloats, s.KernelHeight, s.KernelWidth * s.Channels, s.Filters, s.Filters);
        for (int r = 0; r < rows; r++)
        {
            float* a = band + (r * s.StrideY * rowFloats);
            float* c = y + ((nint)(row + r) * s.OutputWidth * s.Filters);
            if (s.Groups == 1)
            {
                WindowProduct.Run(window, a, w, bias, c, s.OutputWidth, s.Filters, add: false);
            }
            else
            {
                Groups(s, a, rowFloats, w, bias, c);
            }
        }
    }

    private static void Groups(in ConvolutionShape s, float* a, nint rowFloats, float* w, float* bias, float* c)
    {
        var window = new Window(s.StrideX * s.Channels, s.Channels, s.KernelWidth, s.GroupChannels, s.Filters, s.Filters);
        for (int g = 0; g < s.Groups; g++)
        {
            int filter = g * s.GroupFilters;
            float* start = bias is null ? null : bias + filter;
            for (int i = 0; i < s.KernelHeight; i++)
            {
                float* weights = w + ((nint)i * s.KernelWidth * s.GroupChannels * s.Filters) + filter;
                WindowProduct.Run(window, a + (i * rowFloats) + (g * s.GroupChannels), weights, start, c + filter, s.OutputWidth, s.GroupFilters, add: i > 0);
            }
        }
    }
}
