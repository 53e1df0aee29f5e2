namespace Ftte.Aggregation;

/// <summary>Folds updates into the shared model as they arrive and publishes new versions, never waiting for stragglers.</summary>
/// <remarks>
/// <para><b>Threading</b>: <see cref="AggregateAsync"/> and <see cref="FlushAsync"/> are called one at a time (the server's queue has one
/// reader); <see cref="Current"/> may be read from any thread at any time.</para>
/// <para><b>Ownership</b>: an update is borrowed until the returned task completes; copy what you keep.</para>
/// <para><b>Rejections</b> are receipts, not exceptions. A rejected update leaves no trace in the model.</para>
/// <para><b>Versions that would break the model</b> are not published: see <see cref="IGuardedAggregator"/>. Whether the state can be saved:
/// <see cref="IStatefulAggregator"/>.</para>
/// <para><b>Order</b>: the K updates of a buffer give the same bits in whatever order they arrive.</para>
/// </remarks>
public interface IAsyncAggregator
{
    /// <summary>Gets the latest published version.</summary>
    ModelSnapshot Current { get; }

    /// <summary>Checks an update and folds it in; publishes when it completes a buffer.</summary>
    /// <param name="update">The update, borrowed.</param>
    /// <param name="cancellationToken">Cancels before the update is folded in, never half-way.</param>
    /// <returns>What became of the update, and the version now current.</returns>
    ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default);

    /// <summary>Publishes an incomplete buffer, if it holds enough; the server calls this when a buffer does not fill in time.</summary>
    /// <param name="cancellationToken">Cancels before anything is published.</param>
    /// <returns>The version published, or null if the buffer held too little and waits on, or the version was refused.</returns>
    ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default);
}
