using CsCheck;
using Ftte.TinyEngine.TimeSeries;

namespace Ftte.TinyEngine.Tests.TimeSeries;

public class RecordingResamplingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Values_are_interpolated_and_labels_are_those_of_the_nearest_sample()
    {
        // 0, 30, 40 and 100 ms at 50 Hz: 0, 20, 40, 60, 80 and 100 ms.
        Recording resampled = Assert.Single(Of([0, 30, 40, 100], [0, 3, 6, 0], [0, 1, 2, 3]).Resample(50, Second));

        Assert.Equal([0f, 2, 6, 4, 2, 0], resampled.Samples.ToArray());
        Assert.Equal([0, 1, 2, 2, 3, 3], resampled.Labels.ToArray());
        Assert.Equal([0.0, 20, 40, 60, 80, 100], resampled.Times.ToArray().Select(t => t.TotalMilliseconds));
    }

    [Fact]
    public void A_sample_in_the_middle_takes_the_earlier_label() =>
        Assert.Equal([4, 4, 7], Of([0, 40], [0, 1], [4, 7]).Resample(50, Second)[0].Labels.ToArray());

    [Fact]
    public void Of_equal_times_the_last_sample_counts() =>
        Assert.Equal([1f, 5, 6], Of([0, 20, 20, 40], [1, 9, 5, 6], [0, 0, 0, 0]).Resample(50, Second)[0].Samples.ToArray());

    [Fact]
    public void A_recording_is_divided_at_gaps_and_each_part_starts_at_its_first_sample()
    {
        IReadOnlyList<Recording> parts = Of([0, 20, 40, 1041, 1061, 5000], [1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1]).Resample(50, Second);

        Assert.Equal([3, 2, 1], parts.Select(part => part.Length));
        Assert.Equal([1f, 2, 3, 4, 5, 6], parts.SelectMany(part => part.Samples.ToArray()));
        Assert.Equal([0.0, 1041, 5000], parts.Select(part => part.Times.Span[0].TotalMilliseconds));
        Assert.Single(Of([0, 1000], [0, 1], [0, 0]).Resample(50, Second));
    }

    [Fact]
    public void A_recording_without_samples_has_no_parts() => Assert.Empty(Of([], [], []).Resample(50, Second));

    [Fact]
    public void Resampling_at_the_own_rate_changes_nothing()
    {
        float[] values = TestData.Values(200, 1);
        Recording recording = Of([.. Enumerable.Range(0, 200).Select(i => 20.0 * i)], values, new int[200]);
        Assert.Equal(values, recording.Resample(50, Second)[0].Samples.ToArray());
    }

    [Fact]
    public void A_linear_signal_is_resampled_exactly() => Gen.Select(Gen.Int[0, 500].Array[1, 60], Gen.Int[-8, 8], Gen.Int[-1000, 1000]).Sample((steps, slope, offset) =>
    {
        // Times in whole milliseconds, 62.5 Hz: 16 ms. All values are whole numbers, so a linear signal is exact in float32.
        double[] times = [.. steps.Select((_, i) => (double)steps.Take(i).Sum())];
        Recording resampled = Assert.Single(Of(times, [.. times.Select(time => (float)((slope * time) + offset))], new int[steps.Length]).Resample(62.5, Second));

        Assert.Equal((int)(times[^1] / 16) + 1, resampled.Length);
        for (int k = 0; k < resampled.Length; k++)
        {
            Assert.Equal((slope * 16f * k) + offset, resampled.Samples.Span[k], 1e-3f * Math.Max(1, Math.Abs(slope)));
            Assert.Equal(16.0 * k, resampled.Times.Span[k].TotalMilliseconds);
        }
    });

    [Fact]
    public void A_rate_that_divides_no_tick_does_not_drift()
    {
        Recording resampled = Of([0, 1000, 2000, 3000, 4000], [0, 1, 2, 3, 4], new int[5]).Resample(30, Second)[0];
        Assert.Equal(121, resampled.Length);
        Assert.Equal(4000, resampled.Times.Span[^1].TotalMilliseconds);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(1e7)]
    public void A_rate_out_of_range_is_refused(double rate) => Assert.Throws<ArgumentOutOfRangeException>(() => Of([0], [1], [0]).Resample(rate, Second));

    [Fact]
    public void A_gap_that_is_not_positive_or_too_long_is_refused_before_memory_is_allocated()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Of([0], [1], [0]).Resample(50, TimeSpan.Zero));
        Assert.Contains("have more than", Assert.Throws<ArgumentException>(() => Of([0, 1e14], [1, 1], [0, 0]).Resample(50, TimeSpan.MaxValue)).Message, StringComparison.Ordinal);
    }

    private static Recording Of(double[] milliseconds, float[] values, int[] labels) =>
        new(values, milliseconds.Select(TimeSpan.FromMilliseconds).ToArray(), labels, channelCount: 1);
}
