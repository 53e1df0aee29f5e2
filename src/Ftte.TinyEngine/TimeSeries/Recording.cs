namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Represents a time series of one recording: samples of several channels, with times and labels.</summary>
/// <remarks>The arrays are not copied. Immutable, and safe to read from any number of threads.</remarks>
public sealed class Recording
{
    /// <summary>The label of a sample that has none.</summary>
    public const int NoLabel = -1;

    /// <summary>Creates a recording.</summary>
    /// <param name="samples">The values, [sample, channel]: times.Length x channelCount.</param>
    /// <param name="times">The time of each sample, from any origin, ascending; equal times are allowed.</param>
    /// <param name="labels">The label of each sample: 0 or more, or <see cref="NoLabel"/>.</param>
    /// <param name="channelCount">The number of values per sample, at least 1.</param>
    /// <exception cref="ArgumentException">The lengths contradict each other, a time is before the previous one, or a label is out of range.</exception>
    public Recording(ReadOnlyMemory<float> samples, ReadOnlyMemory<TimeSpan> times, ReadOnlyMemory<int> labels, int channelCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channelCount, 1);
        if (samples.Length != (long)times.Length * channelCount || labels.Length != times.Length)
        {
            throw new ArgumentException(
                $"{times.Length} samples of {channelCount} channels need {(long)times.Length * channelCount} values and {times.Length} labels, but there are {samples.Length} values and {labels.Length} labels. Specify one label and all channels for each sample.", nameof(samples));
        }

        for (int i = 0; i < times.Length; i++)
        {
            if (i > 0 && times.Span[i] < times.Span[i - 1])
            {
                throw new ArgumentException($"Sample {i} is at {times.Span[i]}, before sample {i - 1} at {times.Span[i - 1]}. Sort the samples by time.", nameof(times));
            }

            if (labels.Span[i] < NoLabel)
            {
                throw new ArgumentException($"Sample {i} has label {labels.Span[i]}. Specify labels from 0, or {NoLabel} for none.", nameof(labels));
            }
        }

        (Samples, Times, Labels, ChannelCount) = (samples, times, labels, channelCount);
    }

    /// <summary>Gets the values, [sample, channel]: the values of a sample are contiguous.</summary>
    public ReadOnlyMemory<float> Samples { get; }

    /// <summary>Gets the time of each sample, ascending.</summary>
    public ReadOnlyMemory<TimeSpan> Times { get; }

    /// <summary>Gets the label of each sample; <see cref="NoLabel"/> for a sample without one.</summary>
    public ReadOnlyMemory<int> Labels { get; }

    /// <summary>Gets the number of values per sample.</summary>
    public int ChannelCount { get; }

    /// <summary>Gets the number of samples.</summary>
    public int Length => Times.Length;

    /// <inheritdoc />
    public override string ToString() => $"{Length} samples of {ChannelCount} channels";
}
