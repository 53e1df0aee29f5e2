using System.Collections.Immutable;

namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Represents the mean and the standard deviation of each channel, and normalizes inputs with them.</summary>
/// <remarks>
/// Fit on the training examples of one device only: statistics of test examples, or of the windows that overlap them, would make tests too good. Immutable.
/// </remarks>
public sealed class ChannelNormalization
{
    private readonly float[] _means;
    private readonly float[] _factors;

    /// <summary>Creates a normalization from stored values.</summary>
    /// <param name="means">The mean of each channel, finite.</param>
    /// <param name="deviations">The standard deviation of each channel, finite and not negative. A channel with deviation 0 is only shifted.</param>
    /// <exception cref="ArgumentException">The numbers of values differ, there are none, or a value is out of range.</exception>
    public ChannelNormalization(ReadOnlySpan<float> means, ReadOnlySpan<float> deviations)
    {
        if (means.Length != deviations.Length || means.IsEmpty)
        {
            throw new ArgumentException($"There are {means.Length} means and {deviations.Length} deviations. Specify one of each per channel.", nameof(deviations));
        }

        for (int c = 0; c < means.Length; c++)
        {
            if (!float.IsFinite(means[c]) || !float.IsFinite(deviations[c]) || deviations[c] < 0)
            {
                throw new ArgumentException($"Channel {c} has mean {means[c]} and deviation {deviations[c]}. Specify finite means, and finite deviations of at least 0.", nameof(deviations));
            }
        }

        (Means, Deviations) = ([.. means], [.. deviations]);
        _means = [.. means];
        _factors = [.. Deviations.Select(deviation => deviation == 0 ? 1 : 1 / deviation)];
    }

    /// <summary>Gets the mean of each channel.</summary>
    public ImmutableArray<float> Means { get; }

    /// <summary>Gets the standard deviation of each channel, over all values (the root of the mean squared distance).</summary>
    public ImmutableArray<float> Deviations { get; }

    /// <summary>Computes the statistics of examples.</summary>
    /// <param name="examples">The training examples, at least one, with inputs [sample, channel]. Every example counts the same, so a sample counts once per window that contains it.</param>
    /// <param name="channelCount">The number of channels; divides the length of the inputs.</param>
    /// <returns>The normalization. The sums are computed in float64 in the order of the examples.</returns>
    /// <exception cref="ArgumentException">There are no examples, their inputs are not of that many channels, or a value is not finite.</exception>
    public static ChannelNormalization Fit(IExampleSource examples, int channelCount)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentOutOfRangeException.ThrowIfLessThan(channelCount, 1);
        if (examples.Count == 0 || examples.InputLength % channelCount != 0)
        {
            throw new ArgumentException($"There are {examples.Count} examples with {examples.InputLength} values. Specify at least one, with whole samples of {channelCount} channels.", nameof(examples));
        }

        double[] means = Average(examples, channelCount, (value, _) => value);
        double[] variances = Average(examples, channelCount, (value, c) => (value - means[c]) * (value - means[c]));
        return new ChannelNormalization([.. means.Select(mean => (float)mean)], [.. variances.Select(variance => (float)Math.Sqrt(variance))]);
    }

    /// <summary>Normalizes an input in place: subtracts the mean and divides by the deviation of each channel.</summary>
    /// <param name="input">The input, [sample, channel].</param>
    /// <exception cref="ArgumentException">The input does not have whole samples of these channels.</exception>
    public void Apply(Span<float> input)
    {
        if (input.Length % _means.Length != 0)
        {
            throw new ArgumentException($"The input has {input.Length} values, which is not a multiple of the {_means.Length} channels. Specify whole samples.", nameof(input));
        }

        for (int i = 0, c = 0; i < input.Length; i++)
        {
            input[i] = (input[i] - _means[c]) * _factors[c];
            c = c + 1 == _means.Length ? 0 : c + 1;
        }
    }

    private static double[] Average(IExampleSource examples, int channelCount, Func<double, int, double> value)
    {
        double[] sums = new double[channelCount];
        float[] input = new float[examples.InputLength];
        for (int n = 0; n < examples.Count; n++)
        {
            examples.CopyTo(n, input);
            for (int i = 0; i < input.Length; i++)
            {
                sums[i % channelCount] += float.IsFinite(input[i])
                    ? value(input[i], i % channelCount)
                    : throw new ArgumentException($"Example {n} has the value {input[i]} in channel {i % channelCount}. Specify finite values.", nameof(examples));
            }
        }

        double count = (double)examples.Count * (examples.InputLength / channelCount);
        return [.. sums.Select(sum => sum / count)];
    }
}
