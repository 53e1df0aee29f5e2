using System.Globalization;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Tests;

public sealed class CultureTests
{
    [Fact]
    public void Distributions_are_named_with_points_in_every_culture()
    {
        using var german = new CommaCulture();
        Assert.Equal("0,5", 0.5.ToString(CultureInfo.CurrentCulture));
        Assert.Equal("constant 0.05", LatencyDistribution.Constant(0.05).ToString());
        Assert.Equal("uniform 0.05 to 0.5", LatencyDistribution.Uniform(0.05, 0.5).ToString());
        Assert.Equal("half-normal 0.05", LatencyDistribution.HalfNormal(0.05).ToString());
        Assert.Equal("log-normal 0.05, 0.5", LatencyDistribution.LogNormal(0.05, 0.5).ToString());
        Assert.Equal("exponential 0.05", LatencyDistribution.Exponential(0.05).ToString());
        Assert.Equal("Pareto 1.5 from 0.05 to 0.5", LatencyDistribution.Pareto(1.5, 0.05, 0.5).ToString());
        Assert.Equal("Zipf 1.5 of 3 x 0.05", LatencyDistribution.Zipf(1.5, 3, 0.05).ToString());
        Assert.Equal("0.5 x constant 0.05", LatencyDistribution.Constant(0.05).Scaled(0.5).ToString());
    }

    [Fact]
    public void Messages_have_points_in_every_culture()
    {
        using var german = new CommaCulture();
        Assert.Contains(
            "has the quantile -0.5 for the share 5E-05", Assert.Throws<InvalidOperationException>(() => LatencyDistribution.FromQuantile("own", _ => -0.5)).Message, StringComparison.Ordinal);
        Assert.Contains("is -0.5.", Assert.Throws<ArgumentException>(() => _ = new SeededRandom(1).NextIndex([-0.5])).Message, StringComparison.Ordinal);
        Assert.Contains("minimum 1.5", Assert.Throws<ArgumentOutOfRangeException>(() => _ = new SeededRandom(1).NextSingle(1.5f, 0)).Message, StringComparison.Ordinal);
    }
}
