using System.Globalization;

namespace Ftte.TinyEngine;

/// <summary>Specifies the conversion of a pixel's byte to an input of the network: (byte / 255 - mean) / deviation, for each color channel.</summary>
/// <remarks>Mean and deviation are in units of full brightness, as usually published. Immutable and safe to share between threads.</remarks>
public sealed class PixelScaling
{
    private const int ByteValues = 256;
    private readonly float[] _table;

    /// <summary>Scales each channel by its own mean and deviation.</summary>
    /// <param name="mean">The value to subtract: one for all channels, or one per channel. 0 is black and 1 full brightness.</param>
    /// <param name="deviation">The divisor, in the same unit; as many values as means, each positive.</param>
    /// <exception cref="ArgumentException">There are no means, the number of deviations differs, a value is not finite, or a deviation is not positive.</exception>
    public PixelScaling(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        if (mean.IsEmpty || mean.Length != deviation.Length)
        {
            throw new ArgumentException($"There are {mean.Length} means and {deviation.Length} deviations. Specify one of each per channel, or one for all channels.", nameof(deviation));
        }

        _table = new float[mean.Length * ByteValues];
        for (int channel = 0; channel < mean.Length; channel++)
        {
            if (!float.IsFinite(mean[channel]) || !float.IsFinite(deviation[channel]) || deviation[channel] <= 0)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Channel {channel} has mean {mean[channel]} and deviation {deviation[channel]}. Specify finite values and a positive deviation."), nameof(deviation));
            }

            for (int value = 0; value < ByteValues; value++)
            {
                _table[(channel * ByteValues) + value] = ((value / 255f) - mean[channel]) / deviation[channel];
            }
        }
    }

    /// <summary>Gets the scaling of every channel to 0 (black) .. 1 (full brightness).</summary>
    public static PixelScaling UnitInterval { get; } = new([0f], [1f]);

    /// <summary>Gets the scaling by the mean and the deviation of MNIST's training images: 0.1307 and 0.3081.</summary>
    public static PixelScaling Mnist { get; } = new([0.1307f], [0.3081f]);

    /// <summary>
    /// Gets the scaling by the means and the deviations of CIFAR-10's training images, red, green and blue: (0.4914, 0.4822, 0.4465) and (0.2470,
    /// 0.2435, 0.2616).
    /// </summary>
    public static PixelScaling Cifar10 { get; } = new([0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);

    /// <summary>Gets the number of channels that have values; 1 applies to images with any number of channels.</summary>
    public int ChannelCount => _table.Length / ByteValues;

    /// <summary>Returns the inputs for the 256 byte values of a channel.</summary>
    internal ReadOnlySpan<float> TableOf(int channel) => _table.AsSpan(ChannelCount == 1 ? 0 : channel * ByteValues, ByteValues);

    internal void ThrowUnlessFits(int channels)
    {
        if (ChannelCount != 1 && ChannelCount != channels)
        {
            throw new ArgumentException($"The scaling is for {ChannelCount} channels but the images have {channels}. Specify one value per channel, or one for all channels.");
        }
    }
}
