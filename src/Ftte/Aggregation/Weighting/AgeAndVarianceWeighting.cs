using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>
/// Weights updates by age and by variance: (1 + age)^-ageExponent * clamp((v / v_ref)^-varianceExponent, minimum, 1). The default.
/// </summary>
/// <remarks>
/// <para>Inspired by FTTE (arXiv 2510.03165). The paper does not publish its formula; this one is specific to Ftte.</para>
/// <para>A fresh update with at most the reference variance has weight 1. Scaling all updates by the same factor does not change weights, because
/// the reference scales too. Until there is a reference, only age counts. With a variance exponent of 0 this is
/// <see cref="PolynomialWeighting"/>; with an age exponent of 0, only variance counts.</para>
/// </remarks>
public sealed class AgeAndVarianceWeighting : IStalenessWeighting
{
    /// <summary>Creates a weighting with the specified exponents.</summary>
    /// <param name="ageExponent">The exponent of age; finite, not negative.</param>
    /// <param name="varianceExponent">The exponent of the variance relative to the reference; finite, not negative.</param>
    /// <param name="minimum">The minimum factor for variance, in [0, 1].</param>
    public AgeAndVarianceWeighting(double ageExponent = 0.5, double varianceExponent = 0.5, double minimum = 0.1)
    {
        AgeExponent = PolicyGuard.NotNegative(ageExponent);
        VarianceExponent = PolicyGuard.NotNegative(varianceExponent);
        Minimum = PolicyGuard.Within(minimum, 0, 1);
    }

    /// <summary>Gets the exponent of age.</summary>
    /// <value>Default 1/2.</value>
    public double AgeExponent { get; }

    /// <summary>Gets the exponent of the variance relative to the reference.</summary>
    /// <value>Default 1/2.</value>
    public double VarianceExponent { get; }

    /// <summary>Gets the minimum factor for variance.</summary>
    /// <value>Default 0.1.</value>
    public double Minimum { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) =>
        PolynomialWeighting.AgeDecay(statistics.Age, AgeExponent) * VarianceFactor(statistics);

    private double VarianceFactor(in UpdateStatistics statistics)
    {
        // There is no reference yet (NaN), or it is zero.
        if (!(statistics.ReferenceVariance > 0) || statistics.Variance <= statistics.ReferenceVariance)
        {
            return 1;
        }

        return Math.Clamp(Math.Pow(statistics.Variance / statistics.ReferenceVariance, -VarianceExponent), Minimum, 1);
    }
}
