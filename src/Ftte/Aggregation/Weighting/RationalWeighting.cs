using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Weighs by age and variance in one fraction: 1 / (1 + ageFactor * age + varianceFactor * v / v_ref).</summary>
/// <remarks>For comparison. Unlike <see cref="AgeAndVarianceWeighting"/> a fresh update of usual variance counts less than 1. Until there is a reference, only age counts.</remarks>
public sealed class RationalWeighting : IStalenessWeighting
{
    /// <summary>Chooses the factors.</summary>
    /// <param name="ageFactor">lambda, finite, not negative.</param>
    /// <param name="varianceFactor">rho, finite, not negative.</param>
    public RationalWeighting(double ageFactor = 0.5, double varianceFactor = 0.5)
    {
        AgeFactor = PolicyGuard.NotNegative(ageFactor);
        VarianceFactor = PolicyGuard.NotNegative(varianceFactor);
    }

    /// <summary>Gets lambda.</summary>
    /// <value>Default 1/2.</value>
    public double AgeFactor { get; }

    /// <summary>Gets rho.</summary>
    /// <value>Default 1/2.</value>
    public double VarianceFactor { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics)
    {
        double relativeVariance = statistics.ReferenceVariance > 0 ? statistics.Variance / statistics.ReferenceVariance : 0;
        return 1 / (1 + (AgeFactor * statistics.Age) + (VarianceFactor * relativeVariance));
    }
}
