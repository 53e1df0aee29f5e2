using Ftte.TinyEngine.TimeSeries;

namespace Ftte.TinyEngine.Tests.TimeSeries;

public class ChannelNormalizationTests
{
    [Fact]
    public void Means_and_deviations_of_each_channel_are_those_computed_by_hand()
    {
        // Channel 0: 1, 3, 5, 7; channel 1: always 2.
        var normalization = ChannelNormalization.Fit(new ArrayExamples(new float[] { 1, 2, 3, 2, 5, 2, 7, 2 }, new[] { 0, 1 }, inputLength: 4), channelCount: 2);
        float[] input = [4, 2, 4 + MathF.Sqrt(5), 3];
        normalization.Apply(input);

        Assert.Equal([4f, 2], normalization.Means.ToArray());
        Assert.Equal([MathF.Sqrt(5), 0], normalization.Deviations.ToArray());
        Assert.Equal([0f, 0, 1, 1], input, (a, b) => MathF.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void Normalized_training_examples_have_mean_0_and_deviation_1_and_keep_their_labels()
    {
        ArrayExamples examples = TestData.Clusters(50, 12, 4, 3);
        var normalized = new NormalizedExamples(examples, ChannelNormalization.Fit(examples, 3));
        var again = ChannelNormalization.Fit(normalized, 3);
        float[] input = new float[12];

        Assert.All(again.Means, mean => Assert.Equal(0, mean, 1e-6f));
        Assert.All(again.Deviations, deviation => Assert.Equal(1, deviation, 1e-5f));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => examples.CopyTo(i, input)), Enumerable.Range(0, 50).Select(i => normalized.CopyTo(i, input)));
        Assert.False(normalized.VariesByDraw);
    }

    [Fact]
    public void Test_examples_do_not_change_the_statistics()
    {
        ArrayExamples examples = TestData.Examples(20, 6, 2, 1);
        ChannelNormalization training = ChannelNormalization.Fit(examples.Subset(0, 1, 2), 3), all = ChannelNormalization.Fit(examples, 3);
        Assert.NotEqual(all.Means.ToArray(), training.Means.ToArray());
        Assert.Equal(training.Means.ToArray(), ChannelNormalization.Fit(examples.Subset(0, 1, 2), 3).Means.ToArray());
    }

    [Fact]
    public void Inputs_that_vary_are_normalized_too()
    {
        var varying = new AugmentedExamples(TestData.Examples(3, 8, 2, 1), 2, 2, 2, new AugmentationOptions { CropPadding = 1 });
        var normalized = new NormalizedExamples(varying, new ChannelNormalization([1, 2], [2, 4]));
        float[] expected = new float[8], actual = new float[8];
        varying.CopyTo(1, draw: 77, expected);
        new ChannelNormalization([1, 2], [2, 4]).Apply(expected);
        normalized.CopyTo(1, draw: 77, actual);

        Assert.True(normalized.VariesByDraw);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Values_and_shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ChannelNormalization.Fit(TestData.Examples(3, 8, 2, 1), 3));
        Assert.Throws<ArgumentException>(() => ChannelNormalization.Fit(new ArrayExamples(Array.Empty<float>(), Array.Empty<int>(), 4), 2));
        Assert.Contains("Example 1 has the value", Assert.Throws<ArgumentException>(() => ChannelNormalization.Fit(new ArrayExamples(new[] { 1, 2, 3, float.NaN }, new[] { 0, 0 }, 2), 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ChannelNormalization([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => new ChannelNormalization([1], [-1]));
        Assert.Throws<ArgumentException>(() => new ChannelNormalization([float.NaN], [1]));
        Assert.Throws<ArgumentException>(() => new ChannelNormalization([1, 2], [1, 1]).Apply(new float[3]));
    }
}
