using CsCheck;
using Ftte.TinyEngine.TimeSeries;

namespace Ftte.TinyEngine.Tests.TimeSeries;

public class WindowExamplesTests
{
    [Fact]
    public void Windows_have_the_samples_in_order_with_contiguous_channels()
    {
        var windows = WindowExamples.Create([Ramp(7, channels: 2), Ramp(2, channels: 2), Ramp(4, channels: 2)], new WindowOptions { Length = 4, Step = 3 });

        Assert.Equal((3, 8), (windows.Count, windows.InputLength));
        Assert.Equal([0f, 100, 1, 101, 2, 102, 3, 103], Inputs(windows, 0));
        Assert.Equal([3f, 103, 4, 104, 5, 105, 6, 106], Inputs(windows, 1));
        Assert.Equal([0f, 100, 1, 101, 2, 102, 3, 103], Inputs(windows, 2));
        Assert.Equal([0, 0, 2], Enumerable.Range(0, 3).Select(windows.RecordingOf));
        Assert.Equal([0, 3, 0], Enumerable.Range(0, 3).Select(windows.StartOf));
    }

    [Theory]
    [InlineData(WindowLabel.Majority, 1)]
    [InlineData(WindowLabel.Last, 2)]
    [InlineData(WindowLabel.Middle, 3)]
    public void The_label_follows_the_rule(WindowLabel rule, int expected)
    {
        var windows = WindowExamples.Create([Labeled(1, 1, 3, 2)], new WindowOptions { Length = 4, Label = rule });
        Assert.Equal(expected, windows.LabelOf(0));
        Assert.Equal(expected, windows.CopyTo(0, new float[4]));
    }

    [Theory]
    [InlineData(new[] { 2, 1, 2, 1 }, 1)]
    [InlineData(new[] { -1, -1, -1, 5 }, 5)]
    public void The_majority_is_the_smallest_of_equally_frequent_labels_and_ignores_samples_without_one(int[] labels, int expected) =>
        Assert.Equal(expected, WindowExamples.Create([Labeled(labels)], new WindowOptions { Length = 4 }).LabelOf(0));

    [Fact]
    public void Windows_without_a_label_are_left_out()
    {
        var windows = WindowExamples.Create([Labeled(0, -1, 1, -1)], new WindowOptions { Length = 2, Step = 1, Label = WindowLabel.Last });
        Assert.Equal([1], Enumerable.Range(0, windows.Count).Select(windows.StartOf));
    }

    [Fact]
    public void Windows_overlap_by_half_by_default_and_cover_every_recording_up_to_the_last_step() =>
        Gen.Select(Gen.Int[0, 40].Array[1, 5], Gen.Int[1, 12], Gen.Int[0, 12]).Sample((lengths, length, step) =>
        {
            var options = new WindowOptions { Length = length, Step = step == 0 ? null : step };
            int actual = step == 0 ? Math.Max(1, length / 2) : step;
            var windows = WindowExamples.Create(lengths.Select(l => Ramp(l, channels: 1)), options);

            for (int r = 0; r < lengths.Length; r++)
            {
                int[] starts = [.. Enumerable.Range(0, windows.Count).Where(w => windows.RecordingOf(w) == r).Select(windows.StartOf)];
                Assert.Equal(Enumerable.Range(0, lengths[r] < length ? 0 : ((lengths[r] - length) / actual) + 1).Select(k => k * actual), starts);
                if (actual <= length && starts.Length > 0)
                {
                    int covered = starts.SelectMany(start => Enumerable.Range(start, length)).Distinct().Count();
                    Assert.Equal(starts[^1] + length, covered);
                    Assert.True(lengths[r] - covered < actual);
                }
            }
        });

    [Fact]
    public void A_subset_has_the_chosen_windows()
    {
        var windows = WindowExamples.Create([Ramp(10, channels: 1)], new WindowOptions { Length = 2 });
        WindowExamples subset = windows.Subset(5, 0, 5);

        Assert.Equal([5f, 6, 0, 1, 5, 6], Enumerable.Range(0, 3).SelectMany(i => Inputs(subset, i)));
        Assert.Throws<ArgumentOutOfRangeException>(() => windows.Subset(windows.Count));
    }

    [Fact]
    public void Copying_allocates_nothing()
    {
        var windows = new NormalizedExamples(WindowExamples.Create([Ramp(100, channels: 3)]), new ChannelNormalization([1, 2, 3], [4, 5, 6]));
        float[] input = new float[windows.InputLength];
        Assert.Equal(0, Allocated.AtMost(0, () => windows.CopyTo(0, input)));
    }

    [Fact]
    public void The_layout_is_that_of_sequences_of_the_engine()
    {
        // A convolution with kernel 1 that passes channel 1 on, and the mean over time.
        Network network = Network.Build(1, 4, 2).Conv1D("c", 2, kernel: 1, bias: false).GlobalAveragePool().Linear("fc", 2, bias: false).SoftmaxCrossEntropy();
        using Predictor predictor = network.CreatePredictor(new float[] { 0, 0, 1, 0, 1, 0, 0, 1 });
        float[] outputs = new float[2];
        predictor.Predict(Inputs(WindowExamples.Create([Ramp(4, channels: 2)], new WindowOptions { Length = 4 }), 0), new PredictionBuffers { Outputs = outputs });

        Assert.Equal([101.5f, 0], outputs);
    }

    [Fact]
    public void Options_and_recordings_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => WindowExamples.Create([Ramp(4, 1)], new WindowOptions { Length = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => WindowExamples.Create([Ramp(4, 1)], new WindowOptions { Step = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => WindowExamples.Create([Ramp(4, 1)], new WindowOptions { Label = (WindowLabel)9 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => WindowExamples.Create([Ramp(4, 2)], new WindowOptions { Length = int.MaxValue }));
        Assert.Throws<ArgumentException>(() => WindowExamples.Create([]));
        Assert.Contains("Recording 1 has 2 channels", Assert.Throws<ArgumentException>(() => WindowExamples.Create([Ramp(4, 1), Ramp(4, 2)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recordings_that_contradict_themselves_are_refused()
    {
        TimeSpan[] times = [TimeSpan.Zero, TimeSpan.FromSeconds(1)];
        Assert.Throws<ArgumentException>(() => new Recording(new float[3], times, new int[2], 2));
        Assert.Throws<ArgumentException>(() => new Recording(new float[4], times, new int[1], 2));
        Assert.Throws<ArgumentException>(() => new Recording(new float[4], times, new[] { 0, -2 }, 2));
        Assert.Throws<ArgumentException>(() => new Recording(new float[4], times.Reverse().ToArray(), new int[2], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Recording(new float[4], times, new int[2], 0));
    }

    private static Recording Ramp(int length, int channels) => new(
        Enumerable.Range(0, length * channels).Select(i => (i / channels) + (100f * (i % channels))).ToArray(),
        Enumerable.Range(0, length).Select(i => TimeSpan.FromMilliseconds(20 * i)).ToArray(),
        new int[length],
        channels);

    private static Recording Labeled(params int[] labels) =>
        new(new float[labels.Length], Enumerable.Range(0, labels.Length).Select(i => TimeSpan.FromMilliseconds(i)).ToArray(), labels, channelCount: 1);

    private static float[] Inputs(WindowExamples windows, int index)
    {
        float[] input = new float[windows.InputLength];
        windows.CopyTo(index, input);
        return input;
    }
}
