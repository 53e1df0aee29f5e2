namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the gradient of the input of a convolution: dx = dy * wᵀ.</summary>
/// <remarks>
/// <para>An input pixel is covered only by kernel columns with the same remainder modulo the stride, so input pixels form stride x stride classes. For the
/// pixels of a class the gradient is itself a convolution of stride 1, of the output's gradient with the class's kernel columns and rows in reverse.
/// No product is wasted, whatever the stride.</para>
/// <para>A gradient is one chain of fused multiply-adds, from 0 or from the existing value, over output rows, output columns and filters in ascending order; places beyond the
/// output are multiplied as zeros.</para>
/// </remarks>
internal static unsafe class ConvolutionInputGradient
{
    /// <summary>Gets the length of the weights, transposed and sorted by class; 0 if they are transposed panel by panel while they are used.</summary>
    public static long PackedFloats(in ConvolutionShape s) => IsTransposedInPanels(s) ? 0 : s.WeightCount;

    /// <summary>Gets the length of the workspace of one worker.</summary>
    public static long ScratchFloats(in ConvolutionShape s) =>
        IsLinear(s) ? TransposedProduct.ScratchFloats(s.Filters, s.Channels)
        : s.IsPointwise ? PanelProduct.ScratchFloats(s.Filters, s.Channels)
        : BandFloats(s) + (LargeConvolution.Includes(s) ? LargeConvolution.PanelFloats : 0);

    /// <summary>Transposes one worker's share of the weights, if <see cref="PackedFloats"/> is not 0.</summary>
    public static void Pack(in ConvolutionShape s, float* w, float* packed, int worker, int workers)
    {
        if (IsTransposedInPanels(s))
        {
            return;
        }

        int at = 0, block = s.GroupChannels * s.Filters;
        for (int py = 0; py < s.StrideY; py++)
        {
            for (int px = 0; px < s.StrideX; px++)
            {
                Axis rows = Axis.Of(s.KernelHeight, s.StrideY, s.PaddingY, py), columns = Axis.Of(s.KernelWidth, s.StrideX, s.PaddingX, px);
                for (int i = 0; i < rows.Taps * columns.Taps; i++, at++)
                {
                    if (at % workers == worker)
                    {
                        int tap = (rows.Tap(i / columns.Taps) * s.KernelWidth) + columns.Tap(i % columns.Taps);
                        Transposition.Run(w + ((nint)tap * block), s.GroupChannels, s.Filters, packed + ((nint)at * block));
                    }
                }
            }
        }
    }

    /// <summary>Computes input rows [firstRow, lastRow), counted through all examples.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="w">The weights.</param>
    /// <param name="packed">The packed weights; not used if <see cref="PackedFloats"/> is 0.</param>
    /// <param name="add">True to add to the existing values.</param>
    /// <param name="dx">The gradient of the input.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="lastRow">The row after the last.</param>
    /// <param name="scratch">The worker's workspace.</param>
    public static void Run(in ConvolutionShape s, float* dy, float* w, float* packed, bool add, float* dx, int firstRow, int lastRow, float* scratch)
    {
        if (s.IsPointwise)
        {
            long first = (long)firstRow * s.Width;
            int pixels = (lastRow - firstRow) * s.Width;
            if (IsLinear(s))
            {
                TransposedProduct.Run(dy + (first * s.Filters), w, dx + (first * s.Channels), pixels, s.Filters, s.Channels, add, scratch);
                return;
            }

            PanelProduct.Run(dy + (first * s.Filters), packed, null, dx + (first * s.Channels), pixels, s.Filters, s.Channels, add, scratch);
            return;
        }

        int bandRows = InputRows(s);
        while (firstRow < lastRow)
        {
            (int example, int row) = Math.DivRem(firstRow, s.Height);
            int rows = Math.Min(Math.Min(bandRows, s.Height - row), lastRow - firstRow);
            Band(s, dy + ((long)example * s.OutputValues), w, packed, add, dx + ((long)example * s.InputValues), row, rows, scratch);
            firstRow += rows;
        }
    }

    /// <summary>The scalar reference implementation: all rows, one value at a time.</summary>
    internal static void Scalar(in ConvolutionShape s, float* dy, float* w, bool add, float* dx, int examples)
    {
        for (long i = 0; i < (long)examples * s.InputValues; i++)
        {
            int channel = (int)(i % s.Channels), column = (int)(i / s.Channels % s.Width), row = (int)(i / s.Channels / s.Width % s.Height);
            float* image = dy + (i / s.InputValues * s.OutputValues);
            (int group, int c) = Math.DivRem(channel, s.GroupChannels);
            float sum = add ? dx[i] : 0;
            for (int t = s.KernelHeight - 1; t >= 0; t--)
            {
                for (int j = s.KernelWidth - 1; j >= 0; j--)
                {
                    int down = row + s.PaddingY - t, across = column + s.PaddingX - j;
                    if (down % s.StrideY != 0 || across % s.StrideX != 0)
                    {
                        continue;
                    }

                    (int outRow, int outColumn) = (down / s.StrideY, across / s.StrideX);
                    bool isInside = outRow >= 0 && outRow < s.OutputHeight && outColumn >= 0 && outColumn < s.OutputWidth;
                    for (int f = group * s.GroupFilters; f < (group + 1) * s.GroupFilters; f++)
                    {
                        float gradient = isInside ? image[((((nint)outRow * s.OutputWidth) + outColumn) * s.Filters) + f] : 0;
                        sum = MathF.FusedMultiplyAdd(gradient, w[((((((nint)t * s.KernelWidth) + j) * s.GroupChannels) + c) * s.Filters) + f], sum);
                    }
                }
            }

            dx[i] = sum;
        }
    }

    // A linear layer has one pixel per example, so a transposed copy of its weights would be read only a few times.
    // One of large weights would be copied again, to panels.
    private static bool IsTransposedInPanels(in ConvolutionShape s) => IsLinear(s) || LargeConvolution.Includes(s);

    private static bool IsLinear(in ConvolutionShape s) => s.IsPointwise && s.Height == 1 && s.Width == 1;

    // The output columns from the first to the last that any pixel class reads.
    private static int Before(in ConvolutionShape s) => Math.Max(0, -CeilingDivide(s.PaddingX - s.KernelWidth + 1, s.StrideX));

    private static int After(in ConvolutionShape s) => Math.Max(0, ((s.Width - 1 + s.PaddingX) / s.StrideX) - (s.OutputWidth - 1));

    private static int RowFloats(in ConvolutionShape s) => (Before(s) + s.OutputWidth + After(s)) * s.Filters;

    private static int InputRows(in ConvolutionShape s) =>
        PaddedRows.ResultRows(
            s.Height, 1, CeilingDivide(s.KernelHeight, s.StrideY) + 1, RowFloats(s), LargeConvolution.Includes(s) ? LargeConvolution.BandFloats : PaddedRows.BandFloats);

    private static long BandFloats(in ConvolutionShape s) => (long)(((InputRows(s) - 1 + s.KernelHeight - 1) / s.StrideY) + 2) * RowFloats(s);

    private static int CeilingDivide(int a, int b) => (int)Math.Ceiling((double)a / b);

    private static void Band(in ConvolutionShape s, float* dy, float* w, float* packed, bool add, float* dx, int row, int rows, float* scratch)
    {
        int firstOutput = CeilingDivide(row + s.PaddingY - s.KernelHeight + 1, s.StrideY), lastOutput = (row + rows - 1 + s.PaddingY) / s.StrideY;
        int before = Before(s);
        nint rowFloats = RowFloats(s);
        PaddedRows.Copy(
            dy, s.OutputHeight, s.OutputWidth * s.Filters, before * s.Filters, After(s) * s.Filters, firstOutput, lastOutput - firstOutput + 1, scratch);
        float* weights = packed;
        for (int py = 0; py < s.StrideY; py++)
        {
            Axis down = Axis.Of(s.KernelHeight, s.StrideY, s.PaddingY, py);
            for (int px = 0; px < s.StrideX; px++)
            {
                Axis across = Axis.Of(s.KernelWidth, s.StrideX, s.PaddingX, px);
                if (LargeConvolution.Includes(s))
                {
                    int first = row + ((py - (row % s.StrideY) + s.StrideY) % s.StrideY), count = CeilingDivide(row + rows - first, s.StrideY);
                    if (count > 0 && px < s.Width)
                    {
                        var lines = new Lines(count, ((s.Width - 1 - px) / s.StrideX) + 1, rowFloats, (nint)s.StrideY * s.Width * s.Channels);
                        float* a = scratch + (((first / s.StrideY) + down.First - firstOutput) * rowFloats) + ((across.First + before) * s.Filters);
                        Panels(s, lines, a, rowFloats, w, down, across, add, dx + ((((nint)first * s.Width) + px) * s.Channels), scratch + BandFloats(s));
                    }

                    continue;
                }

                for (int r = row; r < row + rows; r++)
                {
                    if (r % s.StrideY == py && px < s.Width)
                    {
                        int place = (r / s.StrideY) + down.First - firstOutput;
                        float* a = scratch + (place * rowFloats) + ((across.First + before) * s.Filters);
                        Line(s, a, rowFloats, weights, down.Taps, across.Taps, add, dx + ((((nint)r * s.Width) + px) * s.Channels), ((s.Width - 1 - px) / s.StrideX) + 1);
                    }
                }

                weights += (nint)down.Taps * across.Taps * s.GroupChannels * s.Filters;
            }
        }
    }

    /// <summary>Computes the pixels of one class in some rows, from panels of weights that are transposed right before they are used.</summary>
    private static void Panels(in ConvolutionShape s, in Lines lines, float* a, nint rowFloats, float* w, Axis down, Axis across, bool add, float* dx, float* panel)
    {
        if (down.Taps == 0 || across.Taps == 0)
        {
            for (int i = 0; i < lines.Count; i++)
            {
                Line(s, a, rowFloats, null, 0, 0, add, dx + (i * lines.Output), lines.Pixels);
            }

            return;
        }

        for (int tap = 0; tap < down.Taps * across.Taps; tap++)
        {
            (int i, int j) = Math.DivRem(tap, across.Taps);
            float* weights = w + ((((nint)down.Tap(i) * s.KernelWidth) + across.Tap(j)) * s.Channels * s.Filters);
            for (int filter = 0; filter < s.Filters; filter += LargeConvolution.Depth)
            {
                int run = Math.Min(LargeConvolution.Depth, s.Filters - filter);
                float* gradients = a + (i * rowFloats) + (j * s.Filters) + filter;
                for (int channel = 0; channel < s.Channels; channel += LargeConvolution.Columns)
                {
                    int count = Math.Min(LargeConvolution.Columns, s.Channels - channel);
                    Transposition.Run(weights + ((nint)channel * s.Filters) + filter, s.Filters, count, run, panel, count);
                    var window = new Window(s.Filters, 0, 1, run, count, s.StrideX * s.Channels);
                    LargeConvolution.RunLines(window, lines, gradients, panel, null, dx + channel, count, add || tap > 0 || filter > 0);
                }
            }
        }
    }

    /// <summary>Computes the pixels of one class in one row.</summary>
    private static void Line(in ConvolutionShape s, float* a, nint rowFloats, float* weights, int rows, int columns, bool add, float* dx, int pixels)
    {
        nint step = s.StrideX * s.Channels;
        if (rows == 0 || columns == 0)
        {
            for (int p = 0; p < pixels && !add; p++)
            {
                new Span<float>(dx + (p * step), s.Channels).Clear();
            }

            return;
        }

        if (s.Groups == 1)
        {
            WindowProduct.Run(new Window(s.Filters, rowFloats, rows, columns * s.Filters, s.Channels, step), a, weights, null, dx, pixels, s.Channels, add);
            return;
        }

        var window = new Window(s.Filters, s.Filters, columns, s.GroupFilters, s.GroupChannels, step);
        for (int g = 0; g < s.Groups; g++)
        {
            for (int i = 0; i < rows; i++)
            {
                // Weights of one tap are filters x channels of the group; those of the group's filters are contiguous, tap by tap.
                for (int j = 0; j < columns; j++)
                {
                    float* tap = weights + (((((nint)i * columns) + j) * s.Filters) + (g * s.GroupFilters)) * s.GroupChannels;
                    Window one = window with { Segments = 1 };
                    float* inputs = a + (i * rowFloats) + ((j * s.Filters) + (g * s.GroupFilters));
                    WindowProduct.Run(one, inputs, tap, null, dx + (g * s.GroupChannels), pixels, s.GroupChannels, add || i > 0 || j > 0);
                }
            }
        }
    }

    /// <summary>Represents the kernel rows, or columns, that cover the pixels of one class.</summary>
    /// <param name="Taps">The number of kernel rows or columns.</param>
    /// <param name="Lowest">The lowest index; the others follow at a distance of the stride.</param>
    /// <param name="Stride">The stride.</param>
    /// <param name="First">The output whose highest tap covers the first pixel of the class.</param>
    private readonly record struct Axis(int Taps, int Lowest, int Stride, int First)
    {
        public static Axis Of(int kernel, int stride, int padding, int remainder)
        {
            int lowest = (remainder + padding) % stride;
            int taps = lowest < kernel ? ((kernel - 1 - lowest) / stride) + 1 : 0;
            return new Axis(taps, lowest, stride, ((remainder + padding - lowest) / stride) - (taps - 1));
        }

        /// <summary>Returns the kernel row at an index of the reversed order.</summary>
        public int Tap(int place) => Lowest + (Stride * (Taps - 1 - place));
    }
}
