namespace Ftte.Storage;

/// <summary>Represents durable storage for one federation: a checkpoint of the server's state, the records of what happened since, and published versions.</summary>
/// <remarks>
/// <para><b>Ownership</b>: any process may load the content, and the process that loaded it last owns the store. From then on, a commit by an earlier owner must fail with a
/// <see cref="StoreException"/> that is not transient, so that two servers never write to the same federation. A store may also refuse to be loaded while it has an owner.</para>
/// <para><b>Threading</b>: the server calls one member at a time.</para>
/// <para><b>Content</b>: checkpoints and records are opaque bytes with checksums of their own. A store returns them unchanged.</para>
/// </remarks>
public interface IServerStore : IAsyncDisposable
{
    /// <summary>Takes over ownership and reads the content.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The latest checkpoint and all records with a number above its position; no checkpoint and no records if nothing was committed.</returns>
    /// <exception cref="StoreException">The store cannot be used. The message states why and what to do.</exception>
    ValueTask<StoreContent> LoadAsync(CancellationToken cancellationToken = default);

    /// <summary>Writes a batch. When the call completes, the whole batch survives a crash of the process and of the machine; if it fails, nothing of it was written.</summary>
    /// <param name="batch">
    /// The batch. If a call fails, the server repeats it with the same batch. Because a failure can also hide a successful commit, a store ignores records with a number
    /// that it already contains.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the batch is durable.</returns>
    /// <exception cref="StoreException">The batch was not written. <see cref="StoreException.IsTransient"/> states whether a retry can succeed.</exception>
    ValueTask CommitAsync(StoreBatch batch, CancellationToken cancellationToken = default);
}
