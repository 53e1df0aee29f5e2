namespace Ftte.TinyEngine.Kernels;

/// <summary>Describes which inputs the pixels of a convolution's output read: pixel (r, c) reads the source pixels (r * StepY + FirstY + i, c * StepX + FirstX + j).</summary>
/// <param name="Rows">The number of rows of pixels per image.</param>
/// <param name="Columns">The number of pixels per row.</param>
/// <param name="TapRows">The number of source rows that a pixel reads.</param>
/// <param name="TapColumns">The number of source columns that a pixel reads.</param>
/// <param name="StepY">The vertical distance between the source pixels of adjacent pixels.</param>
/// <param name="StepX">The horizontal distance between the source pixels of adjacent pixels.</param>
/// <param name="FirstY">The first source row of the first pixel; negative if it is padding.</param>
/// <param name="FirstX">The first source column of the first pixel; negative if it is padding.</param>
/// <param name="Height">The height of a source image.</param>
/// <param name="Width">The width of a source image.</param>
/// <param name="Channels">The number of channels of a source image.</param>
internal readonly record struct PatchGrid(
    int Rows, int Columns, int TapRows, int TapColumns, int StepY, int StepX, int FirstY, int FirstX, int Height, int Width, int Channels)
{
    /// <summary>Gets the number of values that a pixel reads.</summary>
    public int Depth => TapRows * TapColumns * Channels;
}
