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
        s.IsLinear ? TransposedProduct.ScratchFloats(s.Filters, s.Channels)
        : s.IsPointwise ? PanelProduct.ScratchFloats(s.Filters, s.Channels)
        : LargeConvolution.Includes(s) ? LargeConvolution.ScratchFloats
        : BandFloats(s);

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
            if (s.IsLinear)
            {
                TransposedProduct.Run(dy + (first * s.Filters), w, dx + (first * s.Channels), pixels, s.Filters, s.Channels, add, scratch);
                return;
            }

            PanelProduct.Run(dy + (first * s.Filters), packed, null, dx + (first * s.Channels), pixels, s.Filters, s.Channels, add, scratch);
            return;
        }

        if (LargeConvolution.Includes(s))
        {
            Classes(s, dy, w, add, dx, firstRow, lastRow, scratch);
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

    /// <summary>Computes inputs [firstChannel, lastChannel) of all examples of a linear layer.</summary>
    public static void RunLinear(in ConvolutionShape s, float* dy, float* w, bool add, float* dx, int examples, int firstChannel, int lastChannel, float* scratch) =>
        TransposedProduct.RunColumns(dy, w, dx, examples, s.Filters, s.Channels, firstChannel, lastChannel, add, scratch);

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
    private static bool IsTransposedInPanels(in ConvolutionShape s) => s.IsLinear || LargeConvolution.Includes(s);

    // The output columns from the first to the last that any pixel class reads.
    private static int Before(in ConvolutionShape s) => Math.Max(0, -CeilingDivide(s.PaddingX - s.KernelWidth + 1, s.StrideX));

    private static int After(in ConvolutionShape s) => Math.Max(0, ((s.Width - 1 + s.PaddingX) / s.StrideX) - (s.OutputWidth - 1));

    private static int RowFloats(in ConvolutionShape s) => (Before(s) + s.OutputWidth + After(s)) * s.Filters;

    private static int InputRows(in ConvolutionShape s) =>
        PaddedRows.ResultRows(s.Height, 1, CeilingDivide(s.KernelHeight, s.StrideY) + 1, RowFloats(s));

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

    /// <summary>Computes some rows, class by class, from panels of weights that are transposed right before they are used.</summary>
    private static void Classes(in ConvolutionShape s, float* dy, float* w, bool add, float* dx, int firstRow, int lastRow, float* scratch)
    {
        for (int py = 0; py < Math.Min(s.StrideY, s.Height); py++)
        {
            int rows = ((s.Height - 1 - py) / s.StrideY) + 1, first = ClassRow(s, firstRow, py, rows), last = ClassRow(s, lastRow, py, rows);
            for (int px = 0; px < Math.Min(s.StrideX, s.Width); px++)
            {
                Axis down = Axis.Of(s.KernelHeight, s.StrideY, s.PaddingY, py), across = Axis.Of(s.KernelWidth, s.StrideX, s.PaddingX, px);
                int columns = ((s.Width - 1 - px) / s.StrideX) + 1;
                var grid = new PatchGrid(rows, columns, down.Taps, across.Taps, 1, 1, down.First, across.First, s.OutputHeight, s.OutputWidth, s.Filters);
                var layout = new PixelLayout(s.InputValues, (nint)s.StrideY * s.Width * s.Channels, (nint)s.StrideX * s.Channels);
                float* gradients = dx + ((((nint)py * s.Width) + px) * s.Channels);
                if (grid.Depth > 0)
                {
                    LargeConvolution.Run(grid, dy, new TransposedPanels(s, w, down, across), null, layout, gradients, s.Channels, first, last, add, scratch);
                    continue;
                }

                for (int line = first; line < last; line++)
                {
                    (int image, int row) = Math.DivRem(line, rows);
                    Line(s, null, 0, null, 0, 0, add, gradients + (image * layout.Image) + (row * layout.Row), columns);
                }
            }
        }
    }

    /// <summary>Returns the number of rows of a class before a row, both counted through all images.</summary>
    private static int ClassRow(in ConvolutionShape s, int row, int py, int rows)
    {
        (int image, int inImage) = Math.DivRem(row, s.Height);
        return (image * rows) + Math.Max(0, CeilingDivide(inImage - py, s.StrideY));
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

    /// <summary>Transposes the weights of one class, panel by panel: rows are kernel rows, kernel columns and filters, columns are channels.</summary>
    private readonly struct TransposedPanels(in ConvolutionShape s, float* w, Axis down, Axis across) : IWeightPanels
    {
        private readonly float* _w = w;
        private readonly int _channels = s.Channels;
        private readonly int _filters = s.Filters;
        private readonly int _kernelWidth = s.KernelWidth;
        private readonly Axis _down = down;
        private readonly Axis _across = across;

        public float* Get(int firstRow, int rows, int column, int columns, bool isReused, float* panel, out nint stride)
        {
            stride = columns;
            for (int k = 0, count; k < rows; k += count)
            {
                (int tap, int filter) = Math.DivRem(firstRow + k, _filters);
                count = Math.Min(_filters - filter, rows - k);
                (int i, int j) = Math.DivRem(tap, _across.Taps);
                float* weights = _w + (((((((nint)_down.Tap(i) * _kernelWidth) + _across.Tap(j)) * _channels) + column) * _filters) + filter);
                Transposition.Run(weights, _filters, columns, count, panel + ((nint)k * columns), columns);
            }

            return panel;
        }
    }
}
