using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>
/// Weighs by age and by variance: (1 + age)^-ageExponent * clamp((v / v_ref)^-varianceExponent, minimum, 1). The default.
/// </summary>
/// <remarks>
/// <para>In the spirit of FTTE (arXiv 2510.03165), whose own formula is not published: this is Ftte's, not the paper's.</para>
/// <para>An update that is fresh and no noisier than usual counts in full. Scaling every update by one factor changes no weight, because
/// the reference scales along. Until there is a reference, only age counts. With a variance exponent of 0 this is
/// <see cref="PolynomialWeighting"/>; with an age exponent of 0 it weighs by variance alone.</para>
/// </remarks>
public sealed class AgeAndVarianceWeighting : IStalenessWeighting
{
    /// <summary>Chooses the exponents.</summary>
    /// <param name="ageExponent">How fast weight falls with age; finite, not negative.</param>
    /// <param name="varianceExponent">How fast weight falls with variance above the reference; finite, not negative.</param>
    /// <param name="minimum">The least that variance leaves of the weight, in [0, 1].</param>
    public AgeAndVarianceWeighting(double ageExponent = 0.5, double varianceExponent = 0.5, double minimum = 0.1)
    {
        AgeExponent = PolicyGuard.NotNegative(ageExponent);
        VarianceExponent = PolicyGuard.NotNegative(varianceExponent);
        Minimum = PolicyGuard.Within(minimum, 0, 1);
    }

    /// <summary>Gets how fast weight falls with age.</summary>
    /// <value>Default 1/2.</value>
    public double AgeExponent { get; }

    /// <summary>Gets how fast weight falls with variance above the reference.</summary>
    /// <value>Default 1/2.</value>
    public double VarianceExponent { get; }

    /// <summary>Gets the least that variance leaves of the weight.</summary>
    /// <value>Default 0.1.</value>
    public double Minimum { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) =>
        PolynomialWeighting.AgeDecay(statistics.Age, AgeExponent) * VarianceFactor(statistics);

    private double VarianceFactor(in UpdateStatistics statistics)
    {
        // No reference yet (NaN), or one of nothing but zeros: nothing to compare with.
        if (!(statistics.ReferenceVariance > 0) || statistics.Variance <= statistics.ReferenceVariance)
        {
            return 1;
        }

        return Math.Clamp(Math.Pow(statistics.Variance / statistics.ReferenceVariance, -VarianceExponent), Minimum, 1);
    }
}
