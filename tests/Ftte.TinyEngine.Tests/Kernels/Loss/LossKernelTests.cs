using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine.Tests.Kernels;

public class LossKernelTests
{
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
}
