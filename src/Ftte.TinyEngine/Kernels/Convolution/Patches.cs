namespace Ftte.TinyEngine.Kernels;

/// <summary>Copies the inputs of output pixels to the rows of a matrix (im2col), some values at a time; values beyond the image become zeros.</summary>
internal static unsafe class Patches
{
    /// <summary>Copies values [firstValue, firstValue + depth) of the patches of some pixels.</summary>
    /// <param name="grid">The pixels.</param>
    /// <param name="source">The first image.</param>
    /// <param name="firstPixel">The first pixel, counted through all images.</param>
    /// <param name="pixels">The number of pixels.</param>
    /// <param name="firstValue">The first value of each patch, in the order of source rows, source columns and channels.</param>
    /// <param name="depth">The number of values.</param>
    /// <param name="to">Receives pixels x depth values.</param>
    public static void Copy(in PatchGrid grid, float* source, long firstPixel, int pixels, int firstValue, int depth, float* to)
    {
        int run = grid.TapColumns * grid.Channels;
        for (int k = 0, count; k < depth; k += count)
        {
            (int tapRow, int first) = Math.DivRem(firstValue + k, run);
            count = Math.Min(run - first, depth - k);
            CopyRow(grid, source, firstPixel, pixels, tapRow, first, count, to + k, depth);
        }
    }

    /// <summary>Copies a part of one source row of each patch, which is contiguous except for the values beyond the image.</summary>
    private static void CopyRow(in PatchGrid grid, float* source, long firstPixel, int pixels, int tapRow, int first, int count, float* to, nint stride)
    {
        (long line, long start) = Math.DivRem(firstPixel, grid.Columns);
        (long image, long firstRow) = Math.DivRem(line, grid.Rows);
        int row = (int)firstRow, column = (int)start;
        for (int p = 0; p < pixels; p++, to += stride)
        {
            int y = (row * grid.StepY) + grid.FirstY + tapRow, x = (column * grid.StepX) + grid.FirstX;
            bool isInside = y >= 0 && y < grid.Height;
            int from = isInside ? Math.Clamp((-x * grid.Channels) - first, 0, count) : count;
            int end = isInside ? Math.Clamp(((grid.Width - x) * grid.Channels) - first, from, count) : count;
            float* values = source + (((((nint)image * grid.Height) + y) * grid.Width) + x) * grid.Channels + first;
            new Span<float>(to, from).Clear();
            new ReadOnlySpan<float>(values + from, end - from).CopyTo(new Span<float>(to + from, end - from));
            new Span<float>(to + end, count - end).Clear();
            if (++column == grid.Columns)
            {
                column = 0;
                if (++row == grid.Rows)
                {
                    row = 0;
                    image++;
                }
            }
        }
    }
}
