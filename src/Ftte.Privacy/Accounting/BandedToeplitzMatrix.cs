using System.Collections.Immutable;

namespace Ftte.Privacy;

/// <summary>
/// Represents a lower triangular Toeplitz matrix C with few bands, by which noise is correlated: the noise of version t is row t of C^-1 Z, where Z has independent rows (DP-FTRL with
/// banded matrices: Denisov et al. 2022, arXiv 2202.08312; Choquette-Choo et al. 2023, arXiv 2306.08153).
/// </summary>
/// <remarks>The later noise cancels a part of the earlier noise, so that the sum of all steps, which is the model, has less of it. With one band, C is the identity, and the noise is independent.</remarks>
public sealed class BandedToeplitzMatrix
{
    private readonly double[] _squareSums;

    private BandedToeplitzMatrix(ImmutableArray<double> coefficients)
    {
        Coefficients = coefficients;
        _squareSums = new double[coefficients.Length + 1];
        for (int i = 0; i < coefficients.Length; i++)
        {
            _squareSums[i + 1] = _squareSums[i] + (coefficients[i] * coefficients[i]);
        }
    }

    /// <summary>Gets the first column of C without its zeros: c_0 = 1, then one coefficient per further band.</summary>
    public ImmutableArray<double> Coefficients { get; }

    /// <summary>Creates the first bands of the square root of the matrix of prefix sums: c_0 = 1 and c_j = c_(j-1) (2j - 1) / (2j).</summary>
    /// <param name="bands">The number of bands, at least 1; 1 creates the identity.</param>
    /// <returns>The matrix.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of bands is less than 1.</exception>
    public static BandedToeplitzMatrix CreateSquareRoot(int bands)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bands, 1);
        var coefficients = ImmutableArray.CreateBuilder<double>(bands);
        coefficients.Add(1);
        for (int j = 1; j < bands; j++)
        {
            coefficients.Add(coefficients[j - 1] * ((2.0 * j) - 1) / (2.0 * j));
        }

        return new BandedToeplitzMatrix(coefficients.MoveToImmutable());
    }

    /// <summary>Computes the first coefficients of C^-1, which is a lower triangular Toeplitz matrix, too.</summary>
    /// <param name="count">The number of coefficients, at least 1.</param>
    /// <returns>The first column of C^-1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public ImmutableArray<double> ComputeInverse(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var inverse = new double[count];
        inverse[0] = 1;
        for (int t = 1; t < count; t++)
        {
            for (int j = 1; j <= Math.Min(t, Coefficients.Length - 1); j++)
            {
                inverse[t] -= Coefficients[j] * inverse[t - j];
            }
        }

        return ImmutableArray.Create(inverse);
    }

    /// <summary>Computes the squared sensitivity: the largest squared L2 norm that the contributions of one client, each of norm 1, have after multiplication by C.</summary>
    /// <param name="steps">The number of versions; not negative.</param>
    /// <param name="limits">The enforced limits. Their separation is at least the number of bands, so that the columns of two contributions do not overlap.</param>
    /// <returns>The sum of the squared norms of the columns 0, b, 2b and so on, which are the longest ones.</returns>
    /// <exception cref="ArgumentException">The separation is less than the number of bands.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of versions is negative.</exception>
    public double ComputeSquaredSensitivity(int steps, ParticipationLimits limits)
    {
        if (limits.MinSeparation < Coefficients.Length)
        {
            throw new ArgumentException($"The separation {limits.MinSeparation} is less than the {Coefficients.Length} bands, so contributions of a client would overlap. Use at most {limits.MinSeparation} bands, or raise the separation.", nameof(limits));
        }

        double sum = 0;
        for (int i = 0; i < limits.CountWithin(steps); i++)
        {
            sum += _squareSums[Math.Min(Coefficients.Length, steps - (i * limits.MinSeparation))];
        }

        return sum;
    }

    /// <summary>Computes the root mean square, over the versions, of the noise in the sum of all steps so far, per coordinate, if the rows of Z have standard deviation 1.</summary>
    /// <param name="steps">The number of versions, at least 1.</param>
    /// <returns>The error. To compare matrices at equal epsilon, multiply it by the sensitivity.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of versions is less than 1.</exception>
    public double ComputePrefixSumError(int steps)
    {
        double weight = 0, variance = 0, sum = 0;
        foreach (double coefficient in ComputeInverse(steps))
        {
            weight += coefficient;
            variance += weight * weight;
            sum += variance;
        }

        return Math.Sqrt(sum / steps);
    }
}
