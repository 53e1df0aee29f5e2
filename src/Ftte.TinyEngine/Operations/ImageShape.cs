namespace Ftte.TinyEngine;

/// <summary>Represents the shape of the values between layers, per example: an image with channels. A vector is a 1 x 1 image; a sequence has height 1.</summary>
/// <param name="Height">The number of rows.</param>
/// <param name="Width">The number of columns.</param>
/// <param name="Channels">The number of values per pixel; the values of a pixel are contiguous (NHWC).</param>
public readonly record struct ImageShape(int Height, int Width, int Channels)
{
    /// <summary>Gets the number of pixels.</summary>
    public int Pixels => Height * Width;

    /// <summary>Gets the number of values.</summary>
    public int Count => Height * Width * Channels;

    /// <inheritdoc />
    public override string ToString() => Pixels == 1 ? $"{Channels}" : $"{Height}x{Width}x{Channels}";
}
