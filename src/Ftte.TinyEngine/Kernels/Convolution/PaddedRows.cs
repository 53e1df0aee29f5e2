namespace Ftte.TinyEngine.Kernels;

/// <summary>Copies rows of an image into a buffer and surrounds them with zeros.</summary>
internal static unsafe class PaddedRows
{
    // Small enough to stay in the first cache levels together with weights and outputs.
    public const int BandFloats = 12 * 1024;

    /// <summary>Gets the number of result rows that one band of padded rows serves.</summary>
    /// <param name="rows">The total number of result rows.</param>
    /// <param name="step">The number of additional padded rows per additional result row.</param>
    /// <param name="reach">The number of padded rows that a result row reads.</param>
    /// <param name="rowFloats">The length of a padded row.</param>
    /// <param name="bandFloats">The intended length of a band.</param>
    public static int ResultRows(int rows, int step, int reach, int rowFloats, int bandFloats = BandFloats) =>
        Math.Clamp(((bandFloats / Math.Max(1, rowFloats)) - reach) / step, 0, rows - 1) + 1;

    /// <summary>Copies rows [first, first + count) of an image; rows outside the image become zeros.</summary>
    /// <param name="image">The image.</param>
    /// <param name="height">The number of rows of the image.</param>
    /// <param name="rowFloats">The length of a row.</param>
    /// <param name="before">The number of zeros before each row.</param>
    /// <param name="after">The number of zeros after each row.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="band">Receives count rows of before + rowFloats + after values.</param>
    public static void Copy(float* image, int height, int rowFloats, int before, int after, int first, int count, float* band)
    {
        int length = before + rowFloats + after;
        for (int i = 0; i < count; i++, band += length)
        {
            int row = first + i;
            if (row < 0 || row >= height)
            {
                new Span<float>(band, length).Clear();
                continue;
            }

            new Span<float>(band, before).Clear();
            new ReadOnlySpan<float>(image + ((nint)row * rowFloats), rowFloats).CopyTo(new Span<float>(band + before, rowFloats));
            new Span<float>(band + before + rowFloats, after).Clear();
        }
    }
}
