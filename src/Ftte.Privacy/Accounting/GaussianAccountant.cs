using Ftte.Common;
using Ftte.Privacy.Numerics;

namespace Ftte.Privacy;

/// <summary>Computes what the Gaussian mechanism guarantees, exactly and in each direction (Balle and Wang 2018, arXiv 1805.06530).</summary>
/// <remarks>
/// <para>sigma is the standard deviation of the noise divided by the sensitivity: the L2 distance that one client can move the result. The mechanism is (epsilon, delta)-differentially
/// private if and only if delta >= Phi(1/(2 sigma) - epsilon sigma) - e^epsilon Phi(-1/(2 sigma) - epsilon sigma).</para>
/// <para>The formula is evaluated with ratios of tails, so that nothing overflows or cancels at a small delta. Results are rounded towards more noise. Rényi accounting states
/// larger values: at sigma 1 and delta 1e-5, epsilon is 4.3772, and Rényi accounting states 4.7285.</para>
/// </remarks>
public static class GaussianAccountant
{
    private const double MinSigma = 1e-12, MaxSigma = 1e9;

    /// <summary>Computes the smallest delta for an epsilon.</summary>
    /// <param name="sigma">The standard deviation of the noise divided by the sensitivity, in [1e-12, 1e9].</param>
    /// <param name="epsilon">epsilon, at least 0.</param>
    /// <returns>delta, in [0, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static double ComputeDelta(double sigma, double epsilon)
    {
        PolicyGuard.Within(sigma, MinSigma, MaxSigma);
        return Delta(sigma, PolicyGuard.NotNegative(epsilon));
    }

    /// <summary>Computes the smallest epsilon for a delta: what was spent by noise that was added.</summary>
    /// <param name="sigma">The standard deviation of the noise divided by the sensitivity, in [1e-12, 1e9].</param>
    /// <param name="delta">delta, in (0, 1).</param>
    /// <returns>epsilon, at least 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static double ComputeEpsilon(double sigma, double delta)
    {
        PolicyGuard.Within(sigma, MinSigma, MaxSigma);
        CheckDelta(delta);
        return Delta(sigma, 0) <= delta ? 0 : FindThreshold(epsilon => Delta(sigma, epsilon) <= delta);
    }

    /// <summary>Computes the smallest noise for an epsilon and a delta.</summary>
    /// <param name="epsilon">epsilon, in [1e-6, 1e6].</param>
    /// <param name="delta">delta, in [1e-100, 1).</param>
    /// <returns>sigma, the standard deviation of the noise divided by the sensitivity.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static double ComputeSigma(double epsilon, double delta)
    {
        PolicyGuard.Within(epsilon, 1e-6, 1e6);
        CheckDelta(delta);
        return FindThreshold(sigma => Delta(sigma, epsilon) <= delta);
    }

    private static void CheckDelta(double delta) => PolicyGuard.Within(delta, 1e-100, Math.BitDecrement(1.0));

    /// <summary>
    /// With a = epsilon sigma - 1/(2 sigma), c = epsilon sigma + 1/(2 sigma), the density f and the Mills ratio R: e^epsilon f(c) = f(a), so delta = Q(a) - f(a) R(c).
    /// </summary>
    private static double Delta(double sigma, double epsilon)
    {
        double a = (epsilon * sigma) - (0.5 / sigma), c = (epsilon * sigma) + (0.5 / sigma);
        double density = NormalDistribution.Density(a);
        return Math.Max(0, a < 0
            ? NormalDistribution.UpperTail(a) - (density * NormalDistribution.MillsRatio(c))
            : density * (NormalDistribution.MillsRatio(a) - NormalDistribution.MillsRatio(c)));
    }

    /// <summary>Returns the smallest positive float64 from which a condition holds, by bisection to the last bit.</summary>
    private static double FindThreshold(Func<double, bool> holds)
    {
        double low = 0, high = 1;
        while (!holds(high))
        {
            low = high;
            high *= 2;
        }

        while (true)
        {
            double middle = low + ((high - low) / 2);
            if (middle <= low || middle >= high)
            {
                return high;
            }

            (low, high) = holds(middle) ? (low, middle) : (middle, high);
        }
    }
}
