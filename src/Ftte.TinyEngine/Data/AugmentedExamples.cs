namespace Ftte.TinyEngine;

/// <summary>Provides images that are randomly moved and mirrored on each visit. Zeros fill the pixels that the image moves away from.</summary>
/// <remarks>
/// Changes depend only on the draw, so training can be repeated bit for bit. Without a draw, as in evaluation, images are copied as
/// they are. The zeros are values of the network's input: if the source subtracts a mean, a zero stands for the mean. Works in place, allocates nothing and
/// keeps no state, so it is as safe for concurrent reads as its source.
/// </remarks>
public sealed class AugmentedExamples : IVaryingExampleSource
{
    private const ulong DownBits = 0, RightBits = 1, FlipBits = 2, SourceBits = 3;
    private readonly IExampleSource _source;
    private readonly AugmentationOptions _options;
    private readonly int _height, _width, _channels;

    /// <summary>Augments the images of a source.</summary>
    /// <param name="source">The images, [row, column, channel]. Borrowed.</param>
    /// <param name="height">The height of the images, in pixels.</param>
    /// <param name="width">The width of the images, in pixels.</param>
    /// <param name="channels">The number of values per pixel.</param>
    /// <param name="options">The changes; null to move by up to 4 pixels and to mirror.</param>
    /// <exception cref="ArgumentException">The source's inputs are not of that size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the padding is negative or not less than the height and the width.</exception>
    public AugmentedExamples(IExampleSource source, int height, int width, int channels, AugmentationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        _options = options ?? new AugmentationOptions();
        if ((Int128)height * width * channels != source.InputLength)
        {
            throw new ArgumentException($"The source's inputs are {source.InputLength} values, not {height} x {width} x {channels}. Specify the size of the images.", nameof(source));
        }

        if (_options.CropPadding < 0 || _options.CropPadding >= Math.Min(height, width))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.CropPadding, $"Images of {height} x {width} can move by 0 to {Math.Min(height, width) - 1} pixels.");
        }

        (_source, _height, _width, _channels) = (source, height, width, channels);
    }

    /// <inheritdoc />
    public int Count => _source.Count;

    /// <inheritdoc />
    public int InputLength => _source.InputLength;

    /// <summary>Gets a value that indicates whether images vary: true unless the options disable all changes and the source does not vary.</summary>
    public bool VariesByDraw => _options.CropPadding > 0 || _options.FlipHorizontally || _source.VariesByDraw();

    /// <summary>Copies an image as it is.</summary>
    /// <param name="index">The example, 0 to <see cref="Count"/> - 1.</param>
    /// <param name="input">Receives exactly <see cref="InputLength"/> values.</param>
    /// <returns>The example's label.</returns>
    public int CopyTo(int index, Span<float> input) => _source.CopyTo(index, input);

    /// <summary>Copies an image, changed according to the draw.</summary>
    /// <param name="index">The example, 0 to <see cref="Count"/> - 1.</param>
    /// <param name="draw">Random bits for this visit.</param>
    /// <param name="input">Receives exactly <see cref="InputLength"/> values.</param>
    /// <returns>The example's label.</returns>
    public int CopyTo(int index, ulong draw, Span<float> input)
    {
        input = input[..InputLength];
        int label = _source.CopyTo(index, SplitMix64.At(draw, SourceBits), input);
        if (_options.FlipHorizontally && SplitMix64.At(draw, FlipBits) >> 63 != 0)
        {
            Flip(input);
        }

        Move(input, Distance(SplitMix64.At(draw, DownBits)), Distance(SplitMix64.At(draw, RightBits)));
        return label;
    }

    /// <summary>Returns a distance in -padding .. padding from random bits.</summary>
    private int Distance(ulong bits) => (int)(((bits >> 32) * ((2 * (ulong)_options.CropPadding) + 1)) >> 32) - _options.CropPadding;

    private void Flip(Span<float> image)
    {
        int rowLength = _width * _channels;
        for (int row = 0; row < image.Length; row += rowLength)
        {
            Span<float> pixels = image.Slice(row, rowLength);

            // Reversing the row also reverses the channels of every pixel. Reversing each pixel restores their order.
            pixels.Reverse();
            for (int pixel = 0; _channels > 1 && pixel < rowLength; pixel += _channels)
            {
                pixels.Slice(pixel, _channels).Reverse();
            }
        }
    }

    /// <summary>Moves the image in place. The order of the rows ensures that no row is overwritten before it is moved.</summary>
    private void Move(Span<float> image, int down, int right)
    {
        if ((down | right) == 0)
        {
            return;
        }

        int rowLength = _width * _channels, kept = (_width - Math.Abs(right)) * _channels;
        int from = Math.Max(-right, 0) * _channels, to = Math.Max(right, 0) * _channels;
        for (int i = 0; i < _height; i++)
        {
            int target = down > 0 ? _height - 1 - i : i, source = target - down;
            Span<float> row = image.Slice(target * rowLength, rowLength);
            if ((uint)source >= (uint)_height)
            {
                row.Clear();
                continue;
            }

            image.Slice((source * rowLength) + from, kept).CopyTo(row[to..]);
            row[..to].Clear();
            row[(to + kept)..].Clear();
        }
    }
}
