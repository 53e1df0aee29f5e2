namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes the gradient of many weights: copies the inputs and gradients of a block of pixels next to each other, where they stay in cache while all weights use them.</summary>
/// <remarks>A block of pixels continues the sums of the previous one, so a weight is one chain of fused multiply-adds in ascending order, with the same bits as <see cref="StripProduct"/> gives in one call.</remarks>
internal static unsafe class BlockedStripProduct
{
    /// <summary>The maximum number of rows of weights.</summary>
    public const int MaxRows = 64;

    private const int Pixels = 128;
    private const int Filters = 32;

    // An odd number of cache lines between pixels spreads a column of inputs over all sets of the first cache level.
    private const int InputStride = MaxRows + 16;

    /// <summary>Gets the length of the workspace.</summary>
    public const int ScratchFloats = Pixels * (InputStride + Filters);

    /// <summary>Adds the gradient of a range of rows of weights.</summary>
    /// <param name="strip">The layout of inputs, gradients and weights.</param>
    /// <param name="x">The input of the first row of weights at the first pixel; the input of the next row is the next value.</param>
    /// <param name="dy">The gradient of the first filter at the first pixel.</param>
    /// <param name="dw">The gradient of the weights, added to.</param>
    /// <param name="rows">The number of rows of weights.</param>
    /// <param name="filters">The number of filters.</param>
    /// <param name="scratch">The workspace.</param>
    public static void Run(in Strip strip, float* x, float* dy, float* dw, int rows, int filters, float* scratch)
    {
        int total = strip.Examples * strip.Lines * strip.Pixels;
        float* inputs = scratch, gradients = scratch + (Pixels * InputStride);
        for (int first = 0; first < total; first += Pixels)
        {
            int pixels = Math.Min(Pixels, total - first);
            Copy(strip, x, strip.InputExample, strip.InputLine, strip.InputPixel, first, pixels, rows, inputs, InputStride);
            for (int filter = 0; filter < filters; filter += Filters)
            {
                int count = Math.Min(Filters, filters - filter);
                Copy(strip, dy + filter, strip.GradientExample, strip.GradientLine, strip.GradientPixel, first, pixels, count, gradients, count);
                var block = new Strip(1, 1, pixels, 0, 0, InputStride, 0, 0, count, strip.WeightStride);
                StripProduct.Run(block, inputs, gradients, dw + filter, rows, count);
            }
        }
    }

    /// <summary>Copies some values of each pixel.</summary>
    private static void Copy(in Strip strip, float* from, nint example, nint line, nint pixel, int first, int pixels, int count, float* to, nint stride)
    {
        for (int p = 0, run; p < pixels; p += run)
        {
            (int at, int start) = Math.DivRem(first + p, strip.Pixels);
            (int image, int row) = Math.DivRem(at, strip.Lines);
            run = Math.Min(strip.Pixels - start, pixels - p);
            Rows.Copy(from + (image * example) + (row * line) + (start * pixel), pixel, run, count, to + (p * stride), stride);
        }
    }
}
