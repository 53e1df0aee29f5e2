namespace Ftte.Aggregation;

/// <summary>An aggregator that discards a buffer, instead of publishing it, if the new version would break the model.</summary>
/// <remarks>
/// <see cref="IAsyncAggregator.AggregateAsync"/> then answers <see cref="UpdateOutcome.Refused"/> to the update that completed the buffer, and
/// <see cref="IAsyncAggregator.FlushAsync"/> returns null. Everything else is as if the buffer had never been: the updates in it may be sent again.
/// </remarks>
public interface IGuardedAggregator : IAsyncAggregator
{
    /// <summary>Gets the latest refusal; null before the first.</summary>
    /// <value>Another object after every refusal. May be read from any thread.</value>
    VersionRefusal? LatestRefusal { get; }
}
