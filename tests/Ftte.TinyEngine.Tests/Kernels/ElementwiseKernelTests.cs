using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine.Tests.Kernels;

public class ElementwiseKernelTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(65)]
    public void ReLU_and_its_mask_are_those_of_the_twin(int length)
    {
        float[] values = TestData.Values(length, 5), twin = [.. values], gradient = TestData.Values(length, 6), twinGradient = [.. gradient];
        byte[] mask = new byte[ReluKernel.MaskBytes(length)], twinMask = new byte[mask.Length];
        Array.Fill<byte>(mask, 0xA5);

        ReluKernel.Forward(values, mask);
        ReluKernel.ForwardScalar(twin, twinMask, 0);
        Assert.Equal(twin, values);
        Assert.Equal(twinMask, mask);

        ReluKernel.Backward(mask, gradient);
        ReluKernel.BackwardScalar(mask, twinGradient, 0);
        Assert.Equal(twinGradient, gradient);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void ReLU_stops_zero_and_below_and_lets_NaN_through(int length)
    {
        foreach ((float value, float expected, bool passes) in ((float, float, bool)[])
            [(-1, 0, false), (0, 0, false), (-0f, 0, false), (2, 2, true), (float.NaN, float.NaN, true), (float.PositiveInfinity, float.PositiveInfinity, true), (float.NegativeInfinity, 0, false)])
        {
            float[] values = new float[length], gradient = new float[length];
            byte[] mask = new byte[1];
            values[^1] = value;
            Array.Fill(gradient, 3f);
            ReluKernel.Forward(values, mask);
            ReluKernel.Backward(mask, gradient);
            Assert.Equal(expected, values[^1]);
            Assert.Equal(passes ? 3 : 0, gradient[^1]);
        }
    }

    [Fact]
    public void The_bias_update_sums_over_the_examples()
    {
        float[] b = [1, 2];
        BiasUpdate.Apply(new ReadOnlyMatrixSpan([1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 2, 3), 0.5f, 0.25f, b);
        Assert.Equal([0.5f - 3, 1 - 3.75f], b);
    }

    [Fact]
    public void Portable_exponential_and_logarithm_agree_with_the_platform()
    {
        for (double x = -699; x < 700; x += 0.3701)
        {
            Assert.InRange(PortableMath.Exp(x) / Math.Exp(x), 1 - 1e-12, 1 + 1e-12);
        }

        for (double x = 1e-300; x < 1e300; x *= 1.37)
        {
            Assert.Equal(Math.Log(x), PortableMath.Log(x), 1e-12);
        }

        Assert.Equal(1, PortableMath.Exp(0));
        Assert.Equal(0, PortableMath.Log(1));
        Assert.Equal(0, PortableMath.Exp(-701));
        Assert.Equal(0, PortableMath.Exp(double.NegativeInfinity));
        Assert.Equal(double.NaN, PortableMath.Exp(double.NaN));
        Assert.Equal(double.NaN, PortableMath.Log(double.NaN));
        Assert.Equal(double.PositiveInfinity, PortableMath.Log(double.PositiveInfinity));
    }

    [Fact]
    public void Softmax_gives_the_loss_and_its_gradient()
    {
        float[] gradient = new float[3];
        (double loss, bool correct) = SoftmaxKernel.Run([1, 2, 4], 1, 0.5f, gradient);
        double sum = Math.Exp(1) + Math.Exp(2) + Math.Exp(4);
        Assert.Equal(-Math.Log(Math.Exp(2) / sum), loss, 1e-12);
        Assert.False(correct);
        Assert.Equal(0.5 * Math.Exp(1) / sum, gradient[0], 1e-7);
        Assert.Equal(0.5 * ((Math.Exp(2) / sum) - 1), gradient[1], 1e-7);
        Assert.Equal(0.5 * Math.Exp(4) / sum, gradient[2], 1e-7);
        Assert.True(SoftmaxKernel.Run([1, 2, 4], 2, 0.5f, gradient).Correct);
    }

    [Fact]
    public void Softmax_bears_huge_logits()
    {
        float[] gradient = new float[3];
        (double loss, bool correct) = SoftmaxKernel.Run([3e38f, -3e38f, 0], 1, 1, gradient);
        Assert.Equal(6e38, loss, 1e33);
        Assert.False(correct);
        Assert.Equal([1, -1, 0], gradient);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_NaN_logit_reaches_the_loss_and_the_whole_gradient(int place)
    {
        float[] logits = [1, 2, 3], gradient = new float[3];
        logits[place] = float.NaN;
        (double loss, bool correct) = SoftmaxKernel.Run(logits, 2, 1, gradient);
        Assert.Equal(double.NaN, loss);
        Assert.False(correct);
        Assert.All(gradient, g => Assert.Equal(float.NaN, g));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(37)]
    public void Packing_columns_in_place_keeps_every_value(int destination)
    {
        // Sources and destinations at every distance: rows that move up, down, and both.
        foreach ((int rows, int stride, int column, int count) in ((int, int, int, int)[])[(4, 16, 3, 5), (5, 7, 0, 6), (5, 7, 1, 6), (6, 9, 8, 1), (1, 16, 4, 4)])
        {
            for (int source = 0; source <= 40; source += 8)
            {
                float[] memory = [.. Enumerable.Range(0, 200).Select(i => (float)i)];
                float[] expected = [.. Enumerable.Range(0, rows * count).Select(i => memory[source + (i / count * stride) + column + (i % count)])];
                ColumnPacking.Pack(memory, source, destination, rows, stride, column, count);
                Assert.Equal(expected, memory.AsSpan(destination, rows * count).ToArray());
            }
        }
    }
}
