namespace Ftte.Aggregation;

/// <summary>Counts updates in full up to an age and drops older ones.</summary>
public sealed class ThresholdWeighting : IStalenessWeighting
{
    /// <summary>Chooses the age.</summary>
    /// <param name="oldestAge">The oldest age that counts; not negative.</param>
    public ThresholdWeighting(long oldestAge)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldestAge);
        OldestAge = oldestAge;
    }

    /// <summary>Gets the oldest age that counts.</summary>
    public long OldestAge { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) => statistics.Age <= OldestAge ? 1 : 0;
}
