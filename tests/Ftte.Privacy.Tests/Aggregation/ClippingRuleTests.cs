using Ftte.Numerics;
using Ftte.Privacy.Noise;

namespace Ftte.Privacy.Tests;

public class ClippingRuleTests
{
    private static ClippingRule Create(double norm, AdaptiveClipping? adaptive = null)
    {
        DifferentialPrivacyOptions options = PrivacyBench.AlmostNoiseless(norm);
        (options.AdaptiveClipping, options.NoiseMultiplier) = (adaptive, adaptive is null ? options.NoiseMultiplier : 1);
        return new ClippingRule(options, BandedToeplitzMatrix.CreateSquareRoot(1), capacity: 10);
    }

    [Theory]
    [InlineData(1, 1000, 1)]
    [InlineData(0.001, 100_000, 1)]
    [InlineData(3e-6, 1_000_000, 0.3)]
    [InlineData(77, 3, 2)]
    public void The_rounded_values_of_a_clipped_update_have_at_most_the_norm(double norm, int count, double weight)
    {
        var random = new Random(1);
        AssertWithin(norm, weight, [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 1000)]);
    }

    /// <summary>A million values of 1100.6 units each would all be rounded up.</summary>
    [Fact]
    public void Values_that_are_all_rounded_up_have_at_most_the_norm() =>
        AssertWithin(1100.6 * 1000 / FixedPointKernel.One, weight: 1, [.. Enumerable.Repeat(1f, 1_000_000)]);

    private static void AssertWithin(double norm, double weight, float[] values)
    {
        var sums = new long[values.Length];
        double length = UpdateMoments.Measure(values).Norm;

        float scale = Create(norm).GetScale(weight, length, values.Length, out bool isClipped);
        FixedPointKernel.Fold(values, scale, sums, scale * length);

        Int128 square = 0;
        foreach (long unit in sums)
        {
            square += (Int128)unit * unit;
        }

        double actual = Math.Sqrt((double)square) / FixedPointKernel.One;
        Assert.True(isClipped);
        Assert.InRange(actual, norm * 0.999, norm);
    }

    [Fact]
    public void A_short_update_keeps_its_weight()
    {
        Assert.Equal(0.5f, Create(1).GetScale(0.5, 1.9, 4, out bool isClipped));
        Assert.False(isClipped);
    }

    [Fact]
    public void The_weight_counts_before_the_update_is_clipped()
    {
        Create(1).GetScale(0.5, 2.1, 4, out bool isClipped);

        Assert.True(isClipped);
    }

    [Fact]
    public void A_weight_is_rounded_down() => Assert.InRange(Create(1).GetScale(0.1, 1, 1, out _), 0.0999999, 0.1);

    [Fact]
    public void The_norm_adapts_to_a_noised_count()
    {
        ClippingRule rule = Create(1, new AdaptiveClipping(countNoise: 0.6));
        using var generator = new GaussianGenerator(new byte[32]);
        using var same = new GaussianGenerator(new byte[32]);
        var noise = new double[1];
        same.Fill(noise);

        rule.Adapt(unclipped: 8, count: 10, generator);

        Assert.Equal(Math.Exp(-0.2 * (0.8 + (0.6 * noise[0] / 10) - 0.5)), rule.Norm, 1e-9);
    }

    [Fact]
    public void A_norm_beyond_the_range_of_the_sums_is_refused() =>
        Assert.Contains("range of the sums", Assert.Throws<ArgumentException>(() => Create(1e6)).Message, StringComparison.Ordinal);
}
