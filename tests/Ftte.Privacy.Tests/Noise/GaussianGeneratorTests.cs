using Ftte.Privacy.Noise;
using Ftte.Privacy.Numerics;

namespace Ftte.Privacy.Tests.Noise;

public class GaussianGeneratorTests
{
    private static double[] Generate(int count, byte seed = 1)
    {
        var values = new double[count];
        using var generator = new GaussianGenerator([.. Enumerable.Repeat(seed, 32)]);
        generator.Fill(values);
        return values;
    }

    [Fact]
    public void The_values_have_the_normal_distribution()
    {
        const int Count = 200_001;
        double[] sorted = Generate(Count);
        Array.Sort(sorted);

        // Kolmogorov and Smirnov: 1.95 / sqrt n is exceeded once in a thousand.
        double distance = 0;
        for (int i = 0; i < Count; i++)
        {
            double below = 1 - NormalDistribution.UpperTail(sorted[i]);
            distance = Math.Max(distance, Math.Max(below - ((double)i / Count), ((i + 1.0) / Count) - below));
        }

        Assert.InRange(distance, 0, 1.95 / Math.Sqrt(Count));
        Assert.Equal(1, sorted.Average(x => x * x), 0.01);
        Assert.Equal(3, sorted.Average(x => x * x * x * x), 0.1);
    }

    [Fact]
    public void The_two_values_of_a_block_are_independent()
    {
        double[] values = Generate(200_000);
        double[] products = [.. Enumerable.Range(0, values.Length / 2).Select(i => values[2 * i] * values[(2 * i) + 1])];

        Assert.Equal(0, products.Average(), 0.01);
        Assert.Equal(1, products.Average(p => p * p), 0.05);
    }

    [Fact]
    public void The_values_follow_from_the_seed()
    {
        Assert.Equal(Generate(1000), Generate(1000));
        Assert.Empty(Generate(1000).Intersect(Generate(1000, seed: 2)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(2049)]
    public void No_value_repeats_at_the_borders_of_the_buffer(int count)
    {
        double[] values = Generate(count);

        Assert.Equal(count, values.Distinct().Count());
        Assert.Equal(values, Generate(3000).Take(count));
    }

    [Fact]
    public void A_second_call_continues_the_stream()
    {
        using var generator = new GaussianGenerator(new byte[32]);
        double[] first = new double[3], second = new double[3];

        generator.Fill(first);
        generator.Fill(second);

        Assert.Empty(first.Intersect(second));
    }
}
