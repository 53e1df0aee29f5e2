using Ftte.Numerics;

namespace Ftte.Tests.Numerics;

public class StepKernelTests
{
    private static readonly int[] Lengths = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65];

    private static long[] Sums(int length)
    {
        var random = new Random(length);
        long[] extremes = [0, 1, -1, long.MaxValue, long.MinValue, (1L << 53) + 1, (1L << 54) + 2, (1L << 54) + 6, -(1L << 53) - 1, (1L << 62) + 257];
        return [.. Enumerable.Range(0, length).Select(i => i < extremes.Length ? extremes[i] : random.NextInt64() >> random.Next(60))];
    }

    [Fact]
    public void Every_width_turns_sums_into_the_same_steps() =>
        Assert.All(Lengths, length =>
        {
            long[] sums = Sums(length);
            var expected = new double[length];
            var steps = new double[length];
            StepKernel.ToStepsScalar(sums, 1.1e-13, expected);
            StepKernel.ToSteps256(sums, 1.1e-13, steps);
            Assert.Equal(expected, steps);
            StepKernel.ToSteps512(sums, 1.1e-13, steps);
            Assert.Equal(expected, steps);
            StepKernel.ToSteps(sums, 1.1e-13, steps);
            Assert.Equal(expected, steps);
        });

    [Fact]
    public void Every_width_moves_parameters_to_the_same_bits() =>
        Assert.All(Lengths, length =>
        {
            var random = new Random(length);
            float[] start = [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - .5f)];
            double[] steps = [.. Enumerable.Range(0, length).Select(_ => (random.NextDouble() - .5) * Math.Pow(10, random.Next(-9, 3)))];
            float[] expected = [.. start], half = [.. start], whole = [.. start], chosen = [.. start];
            StepKernel.AddScalar(steps, 0.7, expected);
            StepKernel.Add256(steps, 0.7, half);
            StepKernel.Add512(steps, 0.7, whole);
            StepKernel.Add(steps, 0.7, chosen);
            Assert.Equal(expected, half);
            Assert.Equal(expected, whole);
            Assert.Equal(expected, chosen);
        });
}
