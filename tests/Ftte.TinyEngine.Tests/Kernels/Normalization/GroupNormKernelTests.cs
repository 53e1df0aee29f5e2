using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine.Tests.Kernels;

/// <summary>Group normalization against its formula in float64, for groups that are smaller and larger than a vector and than a block of channels.</summary>
public sealed unsafe class GroupNormKernelTests
{
    private const int Examples = 2;
    private const double Epsilon = 1e-5;

    [Theory]
    [InlineData(1, 1, 9)]
    [InlineData(3, 2, 1)]
    [InlineData(8, 2, 70)]
    [InlineData(8, 16, 130)]
    [InlineData(4, 24, 65)]
    [InlineData(7, 5, 64)]
    [InlineData(100, 3, 5)]
    [InlineData(2, 300, 5)]
    public void The_output_and_the_gradient_are_those_of_the_formula(int groups, int size, int pixels)
    {
        int channels = groups * size, count = Examples * pixels * channels;
        using var memory = new GuardedMemory();
        float* x = memory.Random(count), dy = memory.Random(count), scale = memory.Random(channels), shift = memory.Random(channels);
        float* y = memory.Guarded(count), dx = memory.Guarded(count), mean = memory.Guarded(Examples * groups), inverse = memory.Guarded(Examples * groups);
        for (int i = 0; i < count; i++)
        {
            // Far from zero, where a formula without the difference to the mean loses its digits.
            x[i] += 100;
            dx[i] = i % 5;
        }

        GroupNormKernel.Forward(x, groups, scale, shift, y, mean, inverse, pixels, channels, 0, Examples, Epsilon);
        GroupNormKernel.InputGradient(dy, x, groups, scale, mean, inverse, dx, pixels, channels, 0, Examples, add: true);

        for (int n = 0; n < Examples; n++)
        {
            for (int g = 0; g < groups; g++)
            {
                int[] all = [.. Enumerable.Range(0, pixels).SelectMany(p => Enumerable.Range(g * size, size).Select(c => (((n * pixels) + p) * channels) + c))];
                double center = all.Average(i => (double)x[i]), deviation = Math.Sqrt(all.Average(i => Math.Pow(x[i] - center, 2)) + Epsilon);
                double meanGradient = all.Average(i => (double)dy[i] * scale[i % channels]), product = all.Average(i => (double)dy[i] * scale[i % channels] * ((x[i] - center) / deviation));
                foreach (int i in all)
                {
                    double standard = (x[i] - center) / deviation;
                    Assert.Equal((standard * scale[i % channels]) + shift[i % channels], y[i], 4e-4);
                    Assert.Equal((i % 5) + ((((double)dy[i] * scale[i % channels]) - meanGradient - (standard * product)) / deviation), dx[i], 2e-4);
                }
            }
        }

        memory.AssertGuards();
    }

    [Fact]
    public void Without_add_the_gradient_replaces_what_is_there()
    {
        using var memory = new GuardedMemory();
        float* x = memory.Random(64), dy = memory.Random(64), scale = memory.Random(8), y = memory.Guarded(64), dx = memory.Guarded(64), added = memory.Guarded(64), statistics = memory.Guarded(4);
        GroupNormKernel.Forward(x, 2, scale, scale, y, statistics, statistics + 2, 8, 8, 0, 1, Epsilon);
        new Span<float>(dx, 64).Fill(float.NaN);
        new Span<float>(added, 64).Clear();

        GroupNormKernel.InputGradient(dy, x, 2, scale, statistics, statistics + 2, dx, 8, 8, 0, 1, add: false);
        GroupNormKernel.InputGradient(dy, x, 2, scale, statistics, statistics + 2, added, 8, 8, 0, 1, add: true);

        Assert.Equal(new Span<float>(added, 64).ToArray(), new Span<float>(dx, 64).ToArray());
    }
}
