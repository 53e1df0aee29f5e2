namespace Ftte.Aggregation;

/// <summary>Represents an aggregator that needs only a limited number of further updates, such as one whose privacy budget allows a number of versions.</summary>
/// <remarks>The server assigns training to at most as many devices at once, so that no device trains in vain when the end is near.</remarks>
public interface IBudgetedAggregator : ILimitedAggregator
{
    /// <summary>Gets the number of updates that can still become part of a version.</summary>
    /// <value>Not negative; decreases with every accepted update. May be read from any thread.</value>
    long RemainingUpdates { get; }
}
