namespace Ftte.Aggregation;

/// <summary>Aggregates updates into the shared model as they arrive and publishes new versions without waiting for stragglers.</summary>
/// <remarks>
/// <para><b>Threading</b>: <see cref="AggregateAsync"/> and <see cref="FlushAsync"/> are called one at a time (the server's queue has one
/// reader); <see cref="Current"/> may be read from any thread at any time.</para>
/// <para><b>Ownership</b>: an update is borrowed until the returned task completes; copy data that you keep.</para>
/// <para><b>Rejections</b> are receipts, not exceptions. A rejected update does not change the model.</para>
/// <para><b>Optional interfaces</b>: an aggregator that refuses to publish some versions implements <see cref="IGuardedAggregator"/>; one with a state that can be
/// saved implements <see cref="IStatefulAggregator"/>; one that can revert versions implements <see cref="IRevertibleAggregator"/>.</para>
/// <para><b>Order</b>: the K updates of a buffer result in the same bits in every arrival order.</para>
/// </remarks>
public interface IAsyncAggregator
{
    /// <summary>Gets the latest published version.</summary>
    ModelSnapshot Current { get; }

    /// <summary>Validates and aggregates an update; publishes a version if the update completes a buffer.</summary>
    /// <param name="update">The update, borrowed.</param>
    /// <param name="cancellationToken">Cancels before the update is aggregated, never during aggregation.</param>
    /// <returns>The receipt, which contains the outcome and the current version.</returns>
    ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default);

    /// <summary>Publishes an incomplete buffer if it contains enough updates. The server calls this when a buffer does not fill in time.</summary>
    /// <param name="cancellationToken">Cancels before anything is published.</param>
    /// <returns>The published version; null if the buffer contains too few updates and remains open, or if the version was refused.</returns>
    ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default);
}
