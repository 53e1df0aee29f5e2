using CsCheck;

namespace Ftte.Tests;

public class UpdateMomentsTests
{
    [Fact]
    public void Nothing_has_moments_of_zero()
    {
        var moments = UpdateMoments.Measure([]);
        Assert.Equal((0, 0.0, 0.0, 0.0, 0.0), (moments.Count, moments.Sum, moments.Mean, moments.Variance, moments.Norm));
        Assert.True(moments.IsFinite);
    }

    [Fact]
    public void Mean_variance_and_norm_are_those_of_the_textbook()
    {
        var moments = UpdateMoments.Measure([2, 4, 4, 4, 5, 5, 7, 9]);
        Assert.Equal((8, 40.0, 5.0, 4.0, 232.0), (moments.Count, moments.Sum, moments.Mean, moments.Variance, moments.SumOfSquares));
        Assert.Equal(Math.Sqrt(232), moments.Norm);
    }

    [Fact]
    public void Moments_agree_with_two_passes() =>
        Gen.Select(Gen.Float[-10, 10].Array[1, 300], Gen.Float[-100, 100]).Sample((values, offset) =>
        {
            float[] shifted = [.. values.Select(v => v + offset)];
            var moments = UpdateMoments.Measure(shifted);
            double mean = shifted.Average(v => (double)v);
            double variance = shifted.Average(v => (v - mean) * (v - mean));
            Assert.Equal(mean, moments.Mean, 1e-12 * (1 + Math.Abs(mean)));
            Assert.Equal(variance, moments.Variance, 1e-13 * (variance + (mean * mean)));
            Assert.Equal(Math.Sqrt(shifted.Sum(v => (double)v * v)), moments.Norm, 1e-12 * moments.Norm);
        });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(33)]
    [InlineData(1000)]
    [InlineData(65537)]
    public void Constants_have_no_variance(int length)
    {
        Assert.All([0f, 1f, -0.5f, 0.375f, 1024f], value =>
            Assert.Equal(0, UpdateMoments.Measure(Enumerable.Repeat(value, length).ToArray()).Variance));

        // Where the squares no longer add up exactly, what remains is their rounding: at most half a unit per addition in a lane and in the folding.
        double unit = Math.ScaleB(1, -52);
        Assert.All([0.1f, -3.3333333f, 1e-20f, 1e20f], value =>
            Assert.InRange(UpdateMoments.Measure(Enumerable.Repeat(value, length).ToArray()).Variance, 0, (8 + (length / 32)) * unit * value * value));
    }

    [Fact]
    public void Scaling_the_values_by_a_power_of_two_scales_the_variance_by_its_square() =>
        Gen.Float[-1, 1].Array[1, 100].Sample(values =>
            Assert.Equal(UpdateMoments.Measure(values).Variance * 64, UpdateMoments.Measure([.. values.Select(v => v * 8)]).Variance));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void One_value_that_is_not_finite_is_noticed(float value) =>
        Assert.All([1, 31, 32, 33, 1000], length =>
        {
            var values = new float[length];
            Assert.True(UpdateMoments.Measure(values).IsFinite);
            values[length / 2] = value;
            Assert.False(UpdateMoments.Measure(values).IsFinite);
        });

    [Fact]
    public void The_largest_and_the_smallest_values_are_finite_and_count()
    {
        float[] largest = [.. Enumerable.Repeat(float.MaxValue, 100), .. Enumerable.Repeat(float.MinValue, 100)];
        Assert.True(UpdateMoments.Measure(largest).IsFinite);
        Assert.True(UpdateMoments.Measure([float.Epsilon]).Norm > 0);
        Assert.True(UpdateMoments.Measure([0, float.Epsilon]).Variance > 0);
    }
}
