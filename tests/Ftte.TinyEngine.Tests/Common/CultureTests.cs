using System.Globalization;

namespace Ftte.TinyEngine.Tests.Common;

public sealed class CultureTests
{
    [Fact]
    public void Messages_have_points_in_every_culture()
    {
        using var german = new CommaCulture();
        Assert.Equal("0,5", 0.5.ToString(CultureInfo.CurrentCulture));
        Contains("mean 0.5 and deviation -0.5", () => _ = new PixelScaling([0.5f], [-0.5f]));
        Contains("1 / 0.5", () => Network.Build(2).Linear("fc", 2).SoftmaxCrossEntropy().Train(new float[6], Examples(), new SgdOptions { LearningRate = 0.5f, WeightDecay = 2.5f }));
        Contains("has a dropout rate of 1.5", () => Network.Build(2).Dropout(1.5f));
        Contains("A share of the input channels is 1.5", () => Network.Build(2).Linear("fc", 2).SoftmaxCrossEntropy().Profile(1, [1.5]));
    }

    private static ArrayExamples Examples() => new(new float[] { 1, 2 }, new int[] { 0 }, 2);

    private static void Contains(string text, Action action) => Assert.Contains(text, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
