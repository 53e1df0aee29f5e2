using Ftte.Numerics;

namespace Ftte.Privacy.Noise;

/// <summary>Rounds noise to the lattice of the fixed-point sums, in units of 2^-40.</summary>
/// <remarks>
/// The sums lie on the lattice, so that rounding the noise is the same as rounding the sum of both: a function of the result of the Gaussian mechanism. The lattice also hides the gaps
/// between float64 values, through which noise that is added in floating point can be recognized (Mironov 2012), if the standard deviation is many units.
/// </remarks>
internal static class LatticeNoise
{
    /// <summary>The minimum standard deviation, 2^20 units.</summary>
    public const double MinStandardDeviation = (1 << 20) / FixedPointKernel.One;

    /// <summary>Returns one value in units.</summary>
    public static long Round(double standardNormal, double standardDeviation) =>
        // Rounding half up commutes with the addition of integers; rounding half to even does not.
        (long)Math.Floor((standardNormal * standardDeviation * FixedPointKernel.One) + 0.5);

    /// <summary>Adds noise to sums.</summary>
    public static void Add(ReadOnlySpan<double> standardNormal, double standardDeviation, Span<long> sums)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = checked(sums[i] + Round(standardNormal[i], standardDeviation));
        }
    }
}
