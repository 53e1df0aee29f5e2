namespace Ftte.TinyEngine.Tests.Common;

public sealed class PortableMathTests
{
    [Fact]
    public void Exp_agrees_with_the_platform_up_to_the_largest_float64_and_is_infinite_above()
    {
        for (double x = -700; x <= 709.78; x += 0.37)
        {
            Assert.InRange(PortableMath.Exp(x) / Math.Exp(x), 1 - 1e-12, 1 + 1e-12);
        }

        Assert.InRange(PortableMath.Exp(709.782712893384) / double.MaxValue, 1 - 1e-12, 1);
        Assert.Equal(double.PositiveInfinity, PortableMath.Exp(709.79));
        Assert.Equal(double.PositiveInfinity, PortableMath.Exp(double.PositiveInfinity));
    }

    [Fact]
    public void Log_agrees_with_the_platform_for_every_magnitude_and_has_its_limits()
    {
        for (int exponent = -1074; exponent <= 1023; exponent++)
        {
            double x = Math.ScaleB(1, exponent);
            Assert.Equal(Math.Log(x), PortableMath.Log(x), 1e-12);
            Assert.Equal(Math.Log(1.7 * x), PortableMath.Log(1.7 * x), 1e-12);
        }

        Assert.Equal(double.NegativeInfinity, PortableMath.Log(0));
        Assert.Equal(double.NaN, PortableMath.Log(-1));
        Assert.Equal(double.NaN, PortableMath.Log(double.NegativeInfinity));
    }

    [Fact]
    public void Cos_agrees_with_the_platform_over_a_whole_turn()
    {
        for (int i = 0; i <= 1000; i++)
        {
            double x = 2 * Math.PI * i / 1000;
            Assert.Equal(Math.Cos(x), PortableMath.Cos(x), 1e-14);
        }
    }

    [Fact]
    public void Pow_agrees_with_the_platform_and_has_its_limits()
    {
        foreach (double x in new[] { 1e-300, 1e-9, 0.3, 0.999, 1, 1.5, 7, 1e5, 1e300 })
        {
            foreach (double y in new[] { -1, -0.5, 0, 0.1, 1, 0.9 })
            {
                Assert.InRange(PortableMath.Pow(x, y) / Math.Pow(x, y), 1 - 1e-10, 1 + 1e-10);
            }
        }

        Assert.Equal(1, PortableMath.Pow(1, double.NegativeInfinity));
        Assert.Equal(0, PortableMath.Pow(0, 2));
        Assert.Equal(double.PositiveInfinity, PortableMath.Pow(0, -2));
        Assert.Equal(double.PositiveInfinity, PortableMath.Pow(1e-16, -1e9));
    }
}
