using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Weights updates by age: 1 up to a grace age b, then 1 / (a (age - b) + 1), FedAsync's hinge (arXiv 1903.03934).</summary>
public sealed class HingeWeighting : IStalenessWeighting
{
    /// <summary>Creates a weighting with the specified slope and grace age.</summary>
    /// <param name="slope">a, the slope beyond the grace age; finite, not negative.</param>
    /// <param name="graceAge">b, the maximum age with weight 1; not negative.</param>
    public HingeWeighting(double slope = 10, long graceAge = 4)
    {
        Slope = PolicyGuard.NotNegative(slope);
        ArgumentOutOfRangeException.ThrowIfNegative(graceAge);
        GraceAge = graceAge;
    }

    /// <summary>Gets the slope beyond the grace age.</summary>
    /// <value>Default 10.</value>
    public double Slope { get; }

    /// <summary>Gets the maximum age with weight 1.</summary>
    /// <value>Default 4.</value>
    public long GraceAge { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) =>
        statistics.Age <= GraceAge ? 1 : 1 / ((Slope * (statistics.Age - GraceAge)) + 1);
}
