using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Weighs by age: factor^age.</summary>
public sealed class ExponentialWeighting : IStalenessWeighting
{
    /// <summary>Chooses the factor.</summary>
    /// <param name="factor">What one version of age leaves of the weight, in [0, 1].</param>
    public ExponentialWeighting(double factor = 0.9) => Factor = PolicyGuard.Within(factor, 0, 1);

    /// <summary>Gets what one version of age leaves of the weight.</summary>
    /// <value>Default 0.9.</value>
    public double Factor { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) => Math.Pow(Factor, statistics.Age);
}
