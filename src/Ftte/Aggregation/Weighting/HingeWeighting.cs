using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Weighs by age: 1 up to a grace age b, then 1 / (a (age - b) + 1), FedAsync's hinge (arXiv 1903.03934).</summary>
public sealed class HingeWeighting : IStalenessWeighting
{
    /// <summary>Chooses slope and grace age.</summary>
    /// <param name="slope">a: how fast weight falls past the grace age; finite, not negative.</param>
    /// <param name="graceAge">b: the oldest age that counts in full; not negative.</param>
    public HingeWeighting(double slope = 10, long graceAge = 4)
    {
        Slope = PolicyGuard.NotNegative(slope);
        ArgumentOutOfRangeException.ThrowIfNegative(graceAge);
        GraceAge = graceAge;
    }

    /// <summary>Gets how fast weight falls past the grace age.</summary>
    /// <value>Default 10.</value>
    public double Slope { get; }

    /// <summary>Gets the oldest age that counts in full.</summary>
    /// <value>Default 4.</value>
    public long GraceAge { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) =>
        statistics.Age <= GraceAge ? 1 : 1 / ((Slope * (statistics.Age - GraceAge)) + 1);
}
