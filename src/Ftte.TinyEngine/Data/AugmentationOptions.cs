namespace Ftte.TinyEngine;

/// <summary>Specifies how <see cref="AugmentedExamples"/> changes images at random.</summary>
public sealed class AugmentationOptions
{
    /// <summary>
    /// Gets by how many pixels an image moves at most, up or down and left or right, each way as likely as the next; 0 for not at all, 4 by default.
    /// It is a crop of the image's size out of the image with that many pixels of zeros around it.
    /// </summary>
    public int CropPadding { get; init; } = 4;

    /// <summary>Gets whether every second image on average is mirrored, left to right; true by default. Not for digits or letters.</summary>
    public bool FlipHorizontally { get; init; } = true;
}
