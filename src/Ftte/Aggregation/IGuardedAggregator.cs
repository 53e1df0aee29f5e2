namespace Ftte.Aggregation;

/// <summary>Represents an aggregator that discards a buffer, instead of publishing it, if the new version is invalid or would degrade the model.</summary>
/// <remarks>
/// <see cref="IAsyncAggregator.AggregateAsync"/> then returns <see cref="UpdateOutcome.Refused"/> for the update that completed the buffer, and
/// <see cref="IAsyncAggregator.FlushAsync"/> returns null. The rest of the state is as if the buffer had never existed: its updates may be sent again.
/// </remarks>
public interface IGuardedAggregator : IAsyncAggregator
{
    /// <summary>Gets the latest refusal; null before the first.</summary>
    /// <value>A new object after every refusal. May be read from any thread.</value>
    VersionRefusal? LatestRefusal { get; }
}
