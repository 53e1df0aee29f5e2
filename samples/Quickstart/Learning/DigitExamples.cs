using Ftte.TinyEngine;

namespace Quickstart;

/// <summary>Images as the network reads them: pixels from the middle of the picture outwards.</summary>
/// <remarks>
/// The engine can train a share of a layer's inputs and takes the first ones. In this order the first ones are where the ink is.
/// </remarks>
internal sealed class DigitExamples(LabelledImages images) : IExampleSource
{
    private static readonly int[] MiddleFirst = [.. Enumerable.Range(0, LabelledImages.PixelsPerImage).OrderBy(DistanceFromMiddle)];

    public int Count => images.Count;

    public int InputLength => LabelledImages.PixelsPerImage;

    public int CopyTo(int index, Span<float> input)
    {
        ReadOnlySpan<float> image = images[index];
        for (int i = 0; i < input.Length; i++)
        {
            input[i] = image[MiddleFirst[i]];
        }

        return images.Labels[index];
    }

    private static double DistanceFromMiddle(int pixel)
    {
        double middle = (LabelledImages.Side - 1) / 2.0;
        double down = (pixel / LabelledImages.Side) - middle, across = (pixel % LabelledImages.Side) - middle;
        return (down * down) + (across * across);
    }
}
