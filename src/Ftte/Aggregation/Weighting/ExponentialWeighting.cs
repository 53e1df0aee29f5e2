using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Weights updates by age: factor^age.</summary>
public sealed class ExponentialWeighting : IStalenessWeighting
{
    /// <summary>Creates a weighting with the specified factor.</summary>
    /// <param name="factor">The factor per version of age, in [0, 1].</param>
    public ExponentialWeighting(double factor = 0.9) => Factor = PolicyGuard.Within(factor, 0, 1);

    /// <summary>Gets the factor per version of age.</summary>
    /// <value>Default 0.9.</value>
    public double Factor { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) => Math.Pow(Factor, statistics.Age);
}
