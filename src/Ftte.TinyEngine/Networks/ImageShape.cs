namespace Ftte.TinyEngine;

/// <summary>The shape of what flows between layers, per example: an image with channels; a vector is a 1 x 1 image, a sequence has height 1.</summary>
/// <param name="Height">The number of rows.</param>
/// <param name="Width">The number of columns.</param>
/// <param name="Channels">The number of values per pixel; a pixel's values lie next to each other (NHWC).</param>
public readonly record struct ImageShape(int Height, int Width, int Channels)
{
    /// <summary>Gets the number of pixels.</summary>
    public int Pixels => Height * Width;

    /// <summary>Gets the number of values.</summary>
    public int Count => Height * Width * Channels;

    /// <inheritdoc />
    public override string ToString() => Pixels == 1 ? $"{Channels}" : $"{Height}x{Width}x{Channels}";
}

/// <summary>A height and a width: of a kernel, a stride or a padding. A plain number is both.</summary>
/// <param name="Height">Vertically.</param>
/// <param name="Width">Horizontally.</param>
public readonly record struct Size(int Height, int Width)
{
    /// <summary>Makes a square size.</summary>
    /// <param name="side">Height and width.</param>
    public static implicit operator Size(int side) => new(side, side);

    /// <summary>Makes a size of a pair.</summary>
    /// <param name="size">Height and width.</param>
    public static implicit operator Size((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>Makes a square size.</summary>
    /// <param name="side">Height and width.</param>
    /// <returns>The size.</returns>
    public static Size FromInt32(int side) => side;

    /// <summary>Makes a size of a pair.</summary>
    /// <param name="size">Height and width.</param>
    /// <returns>The size.</returns>
    public static Size FromValueTuple((int Height, int Width) size) => size;

    /// <inheritdoc />
    public override string ToString() => $"{Height}x{Width}";
}
