namespace Ftte.Aggregation;

/// <summary>Weights updates with 1 up to a maximum age and drops older ones.</summary>
public sealed class ThresholdWeighting : IStalenessWeighting
{
    /// <summary>Creates a weighting with the specified maximum age.</summary>
    /// <param name="maxAge">The maximum age; not negative.</param>
    public ThresholdWeighting(long maxAge)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxAge);
        MaxAge = maxAge;
    }

    /// <summary>Gets the maximum age.</summary>
    public long MaxAge { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) => statistics.Age <= MaxAge ? 1 : 0;
}
