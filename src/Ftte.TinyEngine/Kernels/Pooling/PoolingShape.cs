namespace Ftte.TinyEngine.Kernels;

/// <summary>Represents the sizes of a pooling operation.</summary>
internal readonly record struct PoolingShape(
    int Height, int Width, int Channels, int KernelHeight, int KernelWidth, int StrideY, int StrideX, int PaddingY, int PaddingX)
{
    public int OutputHeight => ((Height + (2 * PaddingY) - KernelHeight) / StrideY) + 1;

    public int OutputWidth => ((Width + (2 * PaddingX) - KernelWidth) / StrideX) + 1;

    public int InputValues => Height * Width * Channels;

    public int OutputValues => OutputHeight * OutputWidth * Channels;

    /// <summary>Returns the part of a window that lies in the image: its top left position, and the rows and columns of the window as half-open ranges.</summary>
    public (int Top, int Left, int FirstRow, int LastRow, int FirstColumn, int LastColumn) Window(int row, int column)
    {
        int top = (row * StrideY) - PaddingY, left = (column * StrideX) - PaddingX;
        return (top, left, Math.Max(0, -top), Math.Min(KernelHeight, Height - top), Math.Max(0, -left), Math.Min(KernelWidth, Width - left));
    }
}
