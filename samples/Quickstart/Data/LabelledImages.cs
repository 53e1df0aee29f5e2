using System.Diagnostics;
using Ftte.TinyEngine;

namespace Quickstart;

/// <summary>Grey pictures of digits with what each shows, one after the other in one flat array.</summary>
internal sealed class LabelledImages : IExampleSource
{
    public const int Side = 28;
    public const int PixelsPerImage = Side * Side;
    public const int DigitCount = 10;

    /// <summary>Takes over arrays that nobody else will write to any more.</summary>
    /// <param name="pixels">[image, row, column], 0 for paper to 1 for ink.</param>
    /// <param name="labels">The digit that each image shows, 0 to 9.</param>
    public LabelledImages(float[] pixels, byte[] labels)
    {
        Debug.Assert(pixels.Length == labels.Length * PixelsPerImage);
        Pixels = pixels;
        Labels = labels;
    }

    public int Count => Labels.Length;

    public int InputLength => PixelsPerImage;

    public float[] Pixels { get; }

    public byte[] Labels { get; }

    public ReadOnlySpan<float> this[int index] => Pixels.AsSpan(index * PixelsPerImage, PixelsPerImage);

    /// <summary>Makes images, several at once.</summary>
    public static LabelledImages Draw(int count, DrawImage draw)
    {
        float[] pixels = new float[count * PixelsPerImage];
        byte[] labels = new byte[count];
        Parallel.For(0, count, i => labels[i] = draw(i, pixels.AsSpan(i * PixelsPerImage, PixelsPerImage)));
        return new LabelledImages(pixels, labels);
    }

    public int CopyTo(int index, Span<float> input)
    {
        this[index].CopyTo(input);
        return Labels[index];
    }
}

/// <summary>Makes one image.</summary>
/// <param name="index">Which.</param>
/// <param name="image">Receives the picture.</param>
/// <returns>The digit that it shows.</returns>
internal delegate byte DrawImage(int index, Span<float> image);
