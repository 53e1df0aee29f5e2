namespace Ftte.Aggregation;

/// <summary>Counts updates in full up to an age and drops older ones.</summary>
public sealed class ThresholdWeighting : IStalenessWeighting
{
    /// <summary>Chooses the age.</summary>
    /// <param name="maxAge">The oldest age that counts; not negative.</param>
    public ThresholdWeighting(long maxAge)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxAge);
        MaxAge = maxAge;
    }

    /// <summary>Gets the oldest age that counts.</summary>
    public long MaxAge { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) => statistics.Age <= MaxAge ? 1 : 0;
}
