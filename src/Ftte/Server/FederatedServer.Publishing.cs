using Ftte.Aggregation;
using Ftte.Storage;

namespace Ftte;

/// <content>Publishes versions at the request of the application, and incomplete buffers that have timed out.</content>
public sealed partial class FederatedServer
{
    /// <summary>Publishes an incomplete buffer if it contains enough updates, in turn with the queued updates.</summary>
    /// <param name="cancellationToken">Cancels the call if it has not started.</param>
    /// <returns>The published version; null if the buffer contains too few updates or the version was refused.</returns>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) =>
        PublishAsync(_processor.PublishIncompleteAsync, cancellationToken);

    /// <summary>Publishes an earlier model as a new version, to revert versions that made the model worse, in turn with the queued updates.</summary>
    /// <param name="earlier">A version of this run, published before the current one, such as <see cref="BestModel"/> or a version from the store.</param>
    /// <param name="cancellationToken">Cancels the call if it has not started.</param>
    /// <returns>The new version: the earlier parameters under the next number.</returns>
    /// <remarks>
    /// <para>Numbers of versions never decrease, so that a device that holds a reverted version downloads what has changed, as after every publication. If the server knows the changes since
    /// the earlier version, these are only the coordinates that were trained since then; otherwise all parameters.</para>
    /// <para>The buffer is discarded, and every client has its full share again. Updates that were trained on reverted versions are answered with <see cref="UpdateOutcome.TooStale"/>; later
    /// assignments start from the new version. The selection, the step scale, leases and evaluations are not changed. With a store, the call completes when the roll back is durable.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">The snapshot has another layout, is not earlier than the current version, or is not finite.</exception>
    /// <exception cref="InvalidOperationException">The aggregator is not an <see cref="IRevertibleAggregator"/>.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    /// <exception cref="StoreException">The store fails, so that the roll back is not durable yet.</exception>
    public ValueTask<ModelSnapshot> RollBackAsync(ModelSnapshot earlier, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return PublishAsync(_ => ValueTask.FromResult(_processor.RollBack(earlier)), cancellationToken);
    }

    /// <summary>Publishes in turn with the queued updates, and waits until the publication is durable.</summary>
    private async ValueTask<T> PublishAsync<T>(Func<CancellationToken, ValueTask<T>> publish, CancellationToken cancellationToken)
    {
        (T published, Task<bool> committed) = await CallInTurnAsync(
            async cancelled => (await publish(cancelled).ConfigureAwait(false), _journal?.WhenCommitted ?? Task.FromResult(true)), cancellationToken).ConfigureAwait(false);
        return await committed.WaitAsync(cancellationToken).ConfigureAwait(false)
            ? published
            : throw new StoreException($"The publication is not durable yet, because the store fails. Correct the cause in {nameof(StoreFault)}. The server then commits the publication.", StoreFault, isTransient: true);
    }

    private bool TryEnqueuePublication() => _queue.TryEnter(new QueuedCall<ModelSnapshot?>(
        async cancelled => _timer.IsDue() ? await _processor.PublishIncompleteAsync(cancelled).ConfigureAwait(false) : null,
        CancellationToken.None));
}
