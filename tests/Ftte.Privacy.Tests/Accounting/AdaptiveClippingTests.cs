namespace Ftte.Privacy.Tests;

public class AdaptiveClippingTests
{
    [Theory]
    [InlineData(1, 5, 1.005037815259212)]
    [InlineData(1, 1.25, 1.091089451179962)]
    public void The_count_spends_a_part_of_the_budget(double z, double countNoise, double expected) =>
        Assert.Equal(expected, new AdaptiveClipping(countNoise).ComputeUpdateNoiseMultiplier(z), 1e-15);

    [Fact]
    public void A_count_that_spends_the_whole_budget_is_rejected() =>
        Assert.Contains("above 0.5", Assert.Throws<ArgumentException>(() => new AdaptiveClipping(0.5).ComputeUpdateNoiseMultiplier(1)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_norm_shrinks_while_most_updates_are_not_clipped_and_grows_while_most_are()
    {
        var clipping = new AdaptiveClipping(5);

        double first = clipping.ComputeNextNorm(1, 0.8), second = clipping.ComputeNextNorm(first, 0.3), third = clipping.ComputeNextNorm(second, 0.5);

        Assert.Equal([0.9417645335842487, 0.9801986733067553, 0.9801986733067553], [first, second, third], (expected, actual) => Math.Abs(expected - actual) < 1e-15);
    }

    [Fact]
    public void The_norm_converges_to_the_quantile()
    {
        var clipping = new AdaptiveClipping(5);
        double[] norms = [.. Enumerable.Range(1, 99).Select(i => i / 50.0)];

        double norm = 0.1;
        for (int i = 0; i < 200; i++)
        {
            norm = clipping.ComputeNextNorm(norm, norms.Count(n => n <= norm) / (double)norms.Length);
        }

        Assert.Equal(1, norm, 0.02);
    }
}
