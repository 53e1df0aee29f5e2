namespace Ftte.TinyEngine.Kernels;

/// <summary>Represents the sizes of a convolution. A linear layer is a convolution with a 1 x 1 image and a 1 x 1 kernel; a 1-D convolution has height 1.</summary>
/// <remarks>
/// Images are [example, row, column, channel]; weights are [kernel row, kernel column, channel of the group, filter], that is
/// <see cref="WeightRows"/> x <see cref="Filters"/>. Filter f belongs to group f / (Filters / Groups) and reads that group's channels.
/// </remarks>
internal readonly record struct ConvolutionShape(
    int Height,
    int Width,
    int Channels,
    int Filters,
    int KernelHeight,
    int KernelWidth,
    int StrideY,
    int StrideX,
    int PaddingY,
    int PaddingX,
    int Groups = 1)
{
    public int OutputHeight => ((Height + (2 * PaddingY) - KernelHeight) / StrideY) + 1;

    public int OutputWidth => ((Width + (2 * PaddingX) - KernelWidth) / StrideX) + 1;

    public int GroupChannels => Channels / Groups;

    public int GroupFilters => Filters / Groups;

    /// <summary>Gets the number of products per output value, which is the number of rows of the weight matrix.</summary>
    public int WeightRows => KernelHeight * KernelWidth * GroupChannels;

    public int InputValues => Height * Width * Channels;

    public int OutputValues => OutputHeight * OutputWidth * Filters;

    public int WeightCount => WeightRows * Filters;

    /// <summary>Gets a value that indicates whether every output pixel depends on exactly the input pixel at the same position, so that the images are plain matrices.</summary>
    public bool IsPointwise => KernelHeight == 1 && KernelWidth == 1 && StrideY == 1 && StrideX == 1 && PaddingY == 0 && PaddingX == 0 && Groups == 1;

    /// <summary>Gets a value that indicates whether there is one pixel per example.</summary>
    public bool IsLinear => IsPointwise && Height == 1 && Width == 1;

    public static ConvolutionShape Linear(int inputs, int outputs) => new(1, 1, inputs, outputs, 1, 1, 1, 1, 0, 0);
}
