using Ftte.Privacy.Noise;

namespace Ftte.Privacy.Tests.Noise;

public class LatticeNoiseTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(1.5)]
    [InlineData(-0.5)]
    [InlineData(-2.5)]
    [InlineData(0.4999)]
    [InlineData(1234.75)]
    public void Rounding_commutes_with_the_addition_of_integers(double units)
    {
        double unit = Math.ScaleB(1, -40);
        Assert.Equal(LatticeNoise.Round(units, unit) + 3, LatticeNoise.Round(units + 3, unit));
    }

    [Fact]
    public void Noise_is_added_in_units_of_the_sums()
    {
        long[] sums = [5, -7];

        LatticeNoise.Add([1, -2], 0.25, sums);

        Assert.Equal([5 + (1L << 38), -7 - (1L << 39)], sums);
    }

    [Fact]
    public void A_sum_out_of_range_is_an_error() =>
        Assert.Throws<OverflowException>(() => LatticeNoise.Add([1], 2, [long.MaxValue]));
}
