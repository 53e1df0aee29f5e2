using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Tests;

public sealed class SeededRandomTests
{
    [Fact]
    public void The_same_keys_give_the_same_numbers_and_other_keys_or_another_order_give_others()
    {
        Assert.Equal(new SeededRandom(1, 2).NextUInt64(), new SeededRandom(1, 2).NextUInt64());
        ulong[] firsts = [new SeededRandom(1, 2).NextUInt64(), new SeededRandom(2, 1).NextUInt64(), new SeededRandom(1).NextUInt64(), new SeededRandom(0, 1, 2).NextUInt64(), new SeededRandom(1, 2, 0).NextUInt64()];
        Assert.Equal(firsts.Length, firsts.Distinct().Count());
    }

    [Fact]
    public void Whole_numbers_below_a_count_come_equally_often()
    {
        var random = new SeededRandom(3);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++)
        {
            counts[random.NextInt(counts.Length)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void An_index_comes_as_often_as_it_weighs_and_never_when_it_weighs_nothing()
    {
        var random = new SeededRandom(4);
        int[] counts = new int[4];
        for (int i = 0; i < 40_000; i++)
        {
            counts[random.NextIndex([0, 1, 3, 0])]++;
        }

        Assert.Equal(0, counts[0]);
        Assert.InRange(counts[1], 9_600, 10_400);
        Assert.Equal(0, counts[3]);
    }

    [Fact]
    public void Shuffling_keeps_every_item()
    {
        int[] items = [.. Enumerable.Range(0, 100)];
        new SeededRandom(5).Shuffle<int>(items);
        Assert.NotEqual(Enumerable.Range(0, 100), items);
        Assert.Equal(Enumerable.Range(0, 100), items.Order());
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(4)]
    public void The_mean_and_the_variance_of_a_gamma_variable_are_its_shape(double shape)
    {
        var random = new SeededRandom(6);
        double[] draws = new double[50_000];
        for (int i = 0; i < draws.Length; i++)
        {
            draws[i] = Gamma.Draw(shape, ref random);
        }

        double mean = draws.Average();
        Assert.All(draws, draw => Assert.True(draw >= 0));
        Assert.InRange(mean, shape * 0.94, shape * 1.06);
        Assert.InRange(draws.Average(draw => (draw - mean) * (draw - mean)), shape * 0.9, shape * 1.1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(int.MinValue)]
    public void A_count_below_one_is_refused(int count) => Assert.Throws<ArgumentOutOfRangeException>(nameof(count), () => new SeededRandom(1).NextInt(count));

    [Theory]
    [InlineData]
    [InlineData(0.0, 0.0)]
    [InlineData(1.0, -1.0)]
    [InlineData(1.0, double.NaN)]
    [InlineData(1.0, double.PositiveInfinity)]
    [InlineData(double.MaxValue, double.MaxValue)]
    public void Weights_without_a_positive_finite_sum_are_refused(params double[] weights) =>
        Assert.Throws<ArgumentException>(nameof(weights), () => new SeededRandom(1).NextIndex(weights));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(float.NaN, 1)]
    [InlineData(0, float.PositiveInfinity)]
    [InlineData(float.MinValue, float.MaxValue)]
    public void A_range_that_is_not_finite_or_descends_is_refused(float low, float high) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(high), () => new SeededRandom(1).NextSingle(low, high));

    [Fact]
    public void A_range_of_one_number_gives_that_number() => Assert.Equal(2.5f, new SeededRandom(1).NextSingle(2.5f, 2.5f));
}
