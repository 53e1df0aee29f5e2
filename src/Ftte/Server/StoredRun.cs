using Ftte.Storage;
using Ftte.Wire;

namespace Ftte;

/// <summary>Represents the run in a store, from which <see cref="FederatedServer.ResumeAsync"/> starts a server.</summary>
/// <remarks>
/// <code>
/// StoredRun run = await StoredRun.LoadAsync(store);
/// SelectionHistory selections = run.State?.RestoreSelections() ?? new SelectionHistory(selection);
/// BufferedAggregator aggregator = run.State is { } state
///     ? BufferedAggregator.Restore(state.Aggregator, model.Layout, selections)
///     : new BufferedAggregator(model, selections);
/// await using FederatedServer server = await FederatedServer.ResumeAsync(run, aggregator, selections);
/// </code>
/// With dependency injection, <c>UseStore</c> or <c>UseSqlite</c> does the same.
/// </remarks>
public sealed class StoredRun
{
    private StoredRun(IServerStore store, StoreContent content) => (Store, Content) = (store, content);

    /// <summary>Gets the state to restore the selections and the aggregator from; null if the store is new.</summary>
    public ServerState? State { get; private init; }

    internal IServerStore Store { get; }

    internal StoreContent Content { get; }

    /// <summary>Takes over a store and reads the latest checkpoint.</summary>
    /// <param name="store">The store. The caller disposes it after the server.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The run.</returns>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    /// <exception cref="WireFormatException">The checkpoint is corrupt or from a newer version of the library.</exception>
    public static async ValueTask<StoredRun> LoadAsync(IServerStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        StoreContent content = await store.LoadAsync(cancellationToken).ConfigureAwait(false);
        return new StoredRun(store, content) { State = content.Checkpoint is { } checkpoint ? ServerState.Read(checkpoint.Bytes.Span) : null };
    }
}
