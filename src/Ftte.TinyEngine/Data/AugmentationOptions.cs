namespace Ftte.TinyEngine;

/// <summary>Specifies how <see cref="AugmentedExamples"/> changes images at random.</summary>
public sealed class AugmentationOptions
{
    /// <summary>
    /// Gets the maximum number of pixels by which an image moves vertically and horizontally; 4 by default, 0 for no moves. All distances are equally likely.
    /// This equals padding the image with that many zeros on each side and cropping at a random position.
    /// </summary>
    public int CropPadding { get; init; } = 4;

    /// <summary>Gets a value that indicates whether every second image on average is mirrored, left to right; true by default. Not for digits or letters.</summary>
    public bool FlipHorizontally { get; init; } = true;
}
