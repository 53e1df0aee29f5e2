namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Resamples recordings to a fixed rate.</summary>
public static class RecordingResampling
{
    private const double MaxRate = 1_000_000;

    /// <summary>Resamples a recording by linear interpolation between its samples, and divides it where samples are missing.</summary>
    /// <remarks>No filter is applied: if the rate is lower than that of the recording, remove frequencies above half of the rate first, or they appear as lower ones.</remarks>
    /// <param name="recording">The recording.</param>
    /// <param name="rate">The number of samples per second, in (0, 1,000,000].</param>
    /// <param name="maxGap">The maximum time between two samples that is interpolated. A longer one is a gap, at which the recording is divided. Greater than 0.</param>
    /// <returns>
    /// The parts between gaps, in order; empty if the recording has no samples. Each part starts at its first sample and ends at or before its last one. Values at equal times are
    /// those of the last such sample. The label is that of the nearest sample, the earlier one if both are equally near.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate or the gap is out of range.</exception>
    /// <exception cref="ArgumentException">A part would have more values than an array can hold.</exception>
    public static IReadOnlyList<Recording> Resample(this Recording recording, double rate, TimeSpan maxGap)
    {
        ArgumentNullException.ThrowIfNull(recording);
        if (!(rate > 0 && rate <= MaxRate))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "Specify a rate in (0, 1000000] samples per second.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maxGap, TimeSpan.Zero);
        ReadOnlySpan<TimeSpan> times = recording.Times.Span;
        var parts = new List<Recording>();
        for (int first = 0, next = 1; next <= times.Length; next++)
        {
            if (next == times.Length || times[next] - times[next - 1] > maxGap)
            {
                parts.Add(ResamplePart(recording, first, next - 1, rate));
                first = next;
            }
        }

        return parts;
    }

    private static Recording ResamplePart(Recording recording, int first, int last, double rate)
    {
        int channels = recording.ChannelCount;
        ReadOnlySpan<TimeSpan> times = recording.Times.Span;
        double ticksPerSample = TimeSpan.TicksPerSecond / rate;
        double intervals = Math.Floor((times[last] - times[first]).Ticks / ticksPerSample);
        if ((intervals + 1) * channels > Array.MaxLength)
        {
            throw new ArgumentException($"{times[last] - times[first]} at {rate} samples per second have more than {Array.MaxLength} values. Specify a lower rate or a shorter gap.", nameof(recording));
        }

        int count = (int)intervals + 1;
        float[] samples = new float[count * channels];
        var resampled = new TimeSpan[count];
        int[] labels = new int[count];
        for (int k = 0, at = first; k < count; k++)
        {
            resampled[k] = times[first] + new TimeSpan((long)Math.Round(k * ticksPerSample));
            while (at < last && times[at + 1] <= resampled[k])
            {
                at++;
            }

            Interpolate(recording, at, Math.Min(at + 1, last), resampled[k], samples.AsSpan(k * channels, channels), out labels[k]);
        }

        return new Recording(samples, resampled, labels, channels);
    }

    private static void Interpolate(Recording recording, int before, int after, TimeSpan time, Span<float> values, out int label)
    {
        ReadOnlySpan<TimeSpan> times = recording.Times.Span;
        ReadOnlySpan<float> left = recording.Samples.Span.Slice(before * values.Length, values.Length);
        ReadOnlySpan<float> right = recording.Samples.Span.Slice(after * values.Length, values.Length);
        double share = after == before ? 0 : (double)(time - times[before]).Ticks / (times[after] - times[before]).Ticks;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(left[i] + (share * ((double)right[i] - left[i])));
        }

        label = recording.Labels.Span[share > 0.5 ? after : before];
    }
}
