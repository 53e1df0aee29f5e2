using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine;

/// <summary>Represents labeled images from a pair of IDX files, such as MNIST's, or a part of them.</summary>
/// <remarks>
/// Keeps a byte per pixel and scales on <see cref="CopyTo"/>, which allocates nothing. An input is [row, column, channel]: 28 x 28 x 1 for MNIST.
/// Safe to read from any number of threads.
/// </remarks>
public sealed class IdxExamples : IExampleSource
{
    private readonly ReadOnlyMemory<byte> _pixels;
    private readonly ReadOnlyMemory<byte> _labels;
    private readonly PixelScaling _scaling;
    private readonly int[]? _indices;

    private IdxExamples(ReadOnlyMemory<byte> pixels, ReadOnlyMemory<byte> labels, (int Height, int Width, int Channels) size, PixelScaling scaling, int[]? indices)
    {
        _pixels = pixels;
        _labels = labels;
        (Height, Width, Channels) = size;
        _scaling = scaling;
        _indices = indices;
    }

    /// <summary>Gets the height of every image, in pixels.</summary>
    public int Height { get; }

    /// <summary>Gets the width of every image, in pixels.</summary>
    public int Width { get; }

    /// <summary>Gets the number of values per pixel: 1 for grayscale.</summary>
    public int Channels { get; }

    /// <inheritdoc />
    public int Count => _indices?.Length ?? _labels.Length;

    /// <inheritdoc />
    public int InputLength => Height * Width * Channels;

    /// <summary>Reads a file of images and the file of their labels. Each may be gzip-compressed.</summary>
    /// <param name="imagesPath">The images: bytes of [image, row, column], or of [image, row, column, channel].</param>
    /// <param name="labelsPath">The labels: a byte per image.</param>
    /// <param name="scaling">The conversion of bytes to inputs; <see cref="PixelScaling.UnitInterval"/> by default.</param>
    /// <param name="classCount">The number of classes, 1 to 256; labels are 0 to classCount - 1.</param>
    /// <returns>The examples, in the files' order.</returns>
    /// <exception cref="InvalidDataException">A file is invalid, or the two files do not match; the message states the file, the problem and the solution.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="ArgumentException">The scaling is for another number of channels.</exception>
    public static IdxExamples Load(string imagesPath, string labelsPath, PixelScaling? scaling = null, int classCount = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classCount, 256);
        IdxFile labels = IdxFile.Read(labelsPath);
        if (labels.Shape.Length != 1)
        {
            throw InvalidFile.Create(labelsPath, $"it has {labels.Shape.Length} dimensions, but labels have one", "specify the images first and the labels second");
        }

        int wrong = labels.Values.Span.IndexOfAnyExceptInRange((byte)0, (byte)(classCount - 1));
        if (wrong >= 0)
        {
            throw InvalidFile.Create(labelsPath, $"label {wrong} is {labels.Values.Span[wrong]}, but {classCount} classes are numbered 0 to {classCount - 1}", "specify the number of classes of the data set, or get the file again");
        }

        IdxFile images = IdxFile.Read(imagesPath);
        if (images.Shape is not [int count, int height, int width, .. var rest] || rest.Length > 1)
        {
            throw InvalidFile.Create(imagesPath, $"it has {images.Shape.Length} dimensions, but images have three or four", "specify the images first and the labels second");
        }

        if (count != labels.Shape[0])
        {
            throw InvalidFile.Create(imagesPath, $"it has {count} images, but {labelsPath} has {labels.Shape[0]} labels", "use two files of the same data set");
        }

        int channels = rest.IsEmpty ? 1 : rest[0];
        scaling ??= PixelScaling.UnitInterval;
        scaling.ThrowUnlessFits(channels);
        return new IdxExamples(images.Values, labels.Values, (height, width, channels), scaling, indices: null);
    }

    /// <summary>Returns a part of the examples. It shares the pixels.</summary>
    /// <param name="indices">The indices of the examples, in the order of the result. An index may occur more than once. Copied.</param>
    /// <returns>The examples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is not below <see cref="Count"/>.</exception>
    public IdxExamples Subset(params ReadOnlySpan<int> indices) =>
        new(_pixels, _labels, (Height, Width, Channels), _scaling, ExampleChoice.Of(indices, _indices, Count));

    /// <summary>Returns an example's label without its image, for example to divide examples by class.</summary>
    /// <param name="index">The example, 0 to <see cref="Count"/> - 1.</param>
    /// <returns>The label.</returns>
    public int LabelOf(int index) => _labels.Span[_indices?[index] ?? index];

    /// <inheritdoc />
    public int CopyTo(int index, Span<float> input)
    {
        int at = _indices?[index] ?? index;
        ReadOnlySpan<byte> pixels = _pixels.Span.Slice(at * InputLength, InputLength);
        input = input[..pixels.Length];
        for (int channel = 0; channel < Channels; channel++)
        {
            ReadOnlySpan<float> table = _scaling.TableOf(channel);
            for (int i = channel; i < pixels.Length; i += Channels)
            {
                input[i] = table[pixels[i]];
            }
        }

        return _labels.Span[at];
    }
}
