namespace Ftte;

/// <summary>Computes exponential, logarithm, power and cosine from basic arithmetic only, so that they have the same bits on every machine.</summary>
/// <remarks>
/// The functions of the platform may differ in the last bit between operating systems, so training and simulations would not be reproducible. The relative error of
/// <see cref="Exp"/> and <see cref="Log"/> is below 1e-13, far below the precision of float32. This file is compiled into each project that needs it, so that no
/// library has to publish it.
/// </remarks>
internal static class PortableMath
{
    // ln 2 in two parts: the first has enough trailing zeros that a multiple of it is exact.
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double Log2E = 1.44269504088896338700;

    /// <summary>The logarithm of the largest float64.</summary>
    private const double MaxExponent = 709.782712893384;

    /// <summary>Gets 1 / i!, from i = 11 down to 0.</summary>
    private static ReadOnlySpan<double> ExpSeries =>
    [
        1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0, 1 / 40320.0, 1 / 5040.0, 1 / 720.0, 1 / 120.0, 1 / 24.0, 1 / 6.0, 1 / 2.0, 1, 1,
    ];

    /// <summary>Returns e to the x; 0 below -700, so that no result is subnormal.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x))
        {
            return x;
        }

        if (x < -700)
        {
            return 0;
        }

        if (x > MaxExponent)
        {
            return double.PositiveInfinity;
        }

        // x = k ln 2 + r with |r| <= ln(2) / 2: a Taylor series of r suffices, and 2^k is an exponent field.
        double k = Math.Floor((x * Log2E) + 0.5);
        double r = (x - (k * Ln2High)) - (k * Ln2Low);
        double sum = 0;
        foreach (double coefficient in ExpSeries)
        {
            sum = (sum * r) + coefficient;
        }

        // The largest power of two in an exponent field is 2^1023.
        return k > 1023 ? 2 * sum * PowerOfTwo(1023) : sum * PowerOfTwo((long)k);
    }

    /// <summary>Returns the natural logarithm; NaN of negative numbers and NaN, minus infinity of 0.</summary>
    public static double Log(double x)
    {
        if (!(x > 0))
        {
            return x == 0 ? double.NegativeInfinity : double.NaN;
        }

        if (double.IsInfinity(x))
        {
            return x;
        }

        if (double.IsSubnormal(x))
        {
            return Log(x * PowerOfTwo(54)) - (54 * (Ln2High + Ln2Low));
        }

        // x = m 2^k with m in [1/sqrt 2, sqrt 2), and ln m = 2 atanh((m - 1) / (m + 1)), whose series converges fast.
        long bits = BitConverter.DoubleToInt64Bits(x);
        long k = (bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | (1023L << 52));
        if (m > 1.4142135623730951)
        {
            m /= 2;
            k++;
        }

        double z = (m - 1) / (m + 1);
        double square = z * z;
        double sum = 0;
        for (int i = 23; i > 0; i -= 2)
        {
            sum = (sum * square) + (1.0 / i);
        }

        return (k * Ln2High) + ((k * Ln2Low) + (2 * z * sum));
    }

    /// <summary>Returns a positive number to the power of y, with a relative error of at most 1e-13 times 1 + |y ln x|.</summary>
    public static double Pow(double x, double y) => x == 1 || y == 0 ? 1 : Exp(y * Log(x));

    /// <summary>Returns the cosine of an angle in [0, 2 pi].</summary>
    public static double Cos(double x)
    {
        if (x > Math.PI)
        {
            x = (2 * Math.PI) - x;
        }

        // cos x = -cos(pi - x) reduces the angle to less than pi / 2, where a Taylor series of degree 20 is accurate to the last bits of float64.
        bool isFlipped = x > Math.PI / 2;
        double y = isFlipped ? Math.PI - x : x;
        double square = y * y, term = 1, sum = 1;
        for (int i = 1; i <= 10; i++)
        {
            term *= -square / ((2 * i) * ((2 * i) - 1));
            sum += term;
        }

        return isFlipped ? -sum : sum;
    }

    private static double PowerOfTwo(long exponent) => BitConverter.Int64BitsToDouble((exponent + 1023) << 52);
}
