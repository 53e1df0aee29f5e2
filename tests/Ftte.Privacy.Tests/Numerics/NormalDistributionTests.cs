using Ftte.Privacy.Numerics;

namespace Ftte.Privacy.Tests.Numerics;

public class NormalDistributionTests
{
    /// <summary>Values of erfc(x / sqrt 2) / 2 with 40 digits, rounded.</summary>
    [Theory]
    [InlineData(-8, 0.9999999999999993779)]
    [InlineData(-1, 0.8413447460685429486)]
    [InlineData(-0.5, 0.6914624612740131036)]
    [InlineData(0, 0.5)]
    [InlineData(0.5, 0.3085375387259868964)]
    [InlineData(0.9999, 0.1586794522137625863)]
    [InlineData(1, 0.1586552539314570514)]
    [InlineData(2, 0.02275013194817920720)]
    [InlineData(5, 2.866515718791939117e-7)]
    [InlineData(10, 7.619853024160526066e-24)]
    [InlineData(37, 5.725571222524577e-300)]
    public void The_upper_tail_has_a_small_relative_error(double x, double expected) =>
        Assert.Equal(1, NormalDistribution.UpperTail(x) / expected, 2e-15);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void The_Mills_ratio_lies_between_its_bounds(double x)
    {
        // Gordon 1941 and Birnbaum 1942.
        Assert.InRange(NormalDistribution.MillsRatio(x), 2 / (x + Math.Sqrt((x * x) + 4)), 2 / (x + Math.Sqrt((x * x) + (8 / Math.PI))));
    }

    [Fact]
    public void Both_methods_agree_where_they_meet() =>
        Assert.Equal(NormalDistribution.MillsRatio(Math.BitDecrement(1.0)), NormalDistribution.MillsRatio(1), 4e-16);
}
