using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Weights updates by age and variance in one fraction: 1 / (1 + ageFactor * age + varianceFactor * v / v_ref).</summary>
/// <remarks>For comparison. Unlike with <see cref="AgeAndVarianceWeighting"/>, a fresh update with the reference variance has a weight below 1. Until there is a reference, only age counts.</remarks>
public sealed class RationalWeighting : IStalenessWeighting
{
    /// <summary>Creates a weighting with the specified factors.</summary>
    /// <param name="ageFactor">The factor of age; finite, not negative.</param>
    /// <param name="varianceFactor">The factor of the relative variance; finite, not negative.</param>
    public RationalWeighting(double ageFactor = 0.5, double varianceFactor = 0.5)
    {
        AgeFactor = PolicyGuard.NotNegative(ageFactor);
        VarianceFactor = PolicyGuard.NotNegative(varianceFactor);
    }

    /// <summary>Gets the factor of age.</summary>
    /// <value>Default 1/2.</value>
    public double AgeFactor { get; }

    /// <summary>Gets the factor of the relative variance.</summary>
    /// <value>Default 1/2.</value>
    public double VarianceFactor { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics)
    {
        double relativeVariance = statistics.ReferenceVariance > 0 ? statistics.Variance / statistics.ReferenceVariance : 0;
        return 1 / (1 + (AgeFactor * statistics.Age) + (VarianceFactor * relativeVariance));
    }
}
