namespace Ftte.Aggregation;

/// <summary>Represents an aggregator that can revert versions that made the model worse; see <see cref="FederatedServer.RollBackAsync"/>.</summary>
public interface IRevertibleAggregator : IAsyncAggregator
{
    /// <summary>Publishes an earlier model as a new version.</summary>
    /// <param name="earlier">A version of the same model, published before the current one.</param>
    /// <returns>The new version, which is <see cref="IAsyncAggregator.Current"/> from now on: the earlier parameters under the next number.</returns>
    /// <remarks>
    /// Discards the buffer, and rejects updates that were trained on the reverted versions from now on. The result must depend only on the state and the argument, because a server with a
    /// store repeats the call after a restart. Never called concurrently with <see cref="IAsyncAggregator.AggregateAsync"/> or <see cref="IAsyncAggregator.FlushAsync"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">The snapshot has another layout, is not earlier than the current version, or is not finite.</exception>
    ModelSnapshot RollBack(ModelSnapshot earlier);
}
