using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.State;
using Ftte.Wire;
using Microsoft.Extensions.Logging;

namespace Ftte;

/// <content>Saving and restoring the server.</content>
public sealed partial class FederatedServer
{
    /// <summary>Restores a server from a saved state: versions, IDs and receipts are from now on the same as without the interruption.</summary>
    /// <param name="state">The state.</param>
    /// <param name="aggregator">The aggregator, restored from <see cref="ServerState.Aggregator"/>. Only this server may call it from now on.</param>
    /// <param name="selections">The selections from <see cref="ServerState.RestoreSelections"/>, shared with the aggregator.</param>
    /// <param name="options">The settings. They may differ from those that the state was captured with; <see cref="FederatedServerOptions.Seed"/> and <see cref="FederatedServerOptions.RequiredMemoryBytes"/> are taken from the state.</param>
    /// <param name="registry">
    /// The devices known; null to restore the registered and the claimed ones. If a registry is given, it alone says which devices are registered, and the claims are
    /// added to it.
    /// </param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="logger">Where events go; null for nowhere.</param>
    /// <param name="reselection">How to choose a new selection while training goes on; null to keep the selection.</param>
    /// <returns>The server, running.</returns>
    /// <exception cref="ArgumentException">The state is of another layout, the aggregator or the selections are not those of the state, or an option is out of range.</exception>
    /// <exception cref="WireFormatException">The state is not valid.</exception>
    public static FederatedServer Restore(
        ServerState state,
        IAsyncAggregator aggregator,
        SelectionHistory selections,
        FederatedServerOptions? options = null,
        DeviceRegistry? registry = null,
        TimeProvider? time = null,
        ILogger<FederatedServer>? logger = null,
        ReselectionOptions? reselection = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(aggregator);
        ArgumentNullException.ThrowIfNull(selections);
        ParameterLayout layout = aggregator.Current.Layout;
        if (state.LayoutFingerprint != layout.Fingerprint)
        {
            throw new ArgumentException($"The state is of a model of another layout than the aggregator's, {layout}. Restore the aggregator from {nameof(ServerState)}.{nameof(ServerState.Aggregator)}.", nameof(aggregator));
        }

        SelectionVersion saved = state.RestoreSelections().Current.Version;
        if (selections.Current.Version != saved)
        {
            throw new ArgumentException($"The selections are at {selections.Current.Version}, the state was captured at {saved}. Use {nameof(ServerState)}.{nameof(ServerState.RestoreSelections)}.", nameof(selections));
        }

        return new FederatedServer(aggregator, selections, options, registry, time, logger, reselection, state);
    }

    /// <summary>Copies everything that later versions, IDs and receipts depend on, in turn with the updates that wait.</summary>
    /// <param name="cancellationToken">Gives up, unless the turn has come.</param>
    /// <returns>The state, immutable. The server goes on as before. Updates that still wait in the queue are not part of it: their devices get no receipt from a restored server and submit again.</returns>
    /// <exception cref="InvalidOperationException">The aggregator is not an <see cref="IStatefulAggregator"/>.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public ValueTask<ServerState> CaptureStateAsync(CancellationToken cancellationToken = default) => _aggregator is IStatefulAggregator stateful
        ? CallInTurnAsync(_ => ValueTask.FromResult(CaptureState(stateful)), cancellationToken)
        : throw new InvalidOperationException($"{_aggregator.GetType()} cannot save its state. Implement {nameof(IStatefulAggregator)}, or use {nameof(BufferedAggregator)}.");

    private ServerState CaptureState(IStatefulAggregator aggregator) => ServerState.Create(Current.Layout, aggregator.CaptureState(), writer =>
    {
        _selections.Save(writer);
        _dispatcher.Save(writer);
        writer.Flag(_reselection is not null);
        _reselection?.Save(writer);
        writer.Duration(_timer.Waited ?? TimeSpan.Zero);
        writer.Flag(_timer.Waited is not null);
        _registry.Save(writer);
    });

    /// <summary>Reads everything but the timer, which must not fire before the queue is there.</summary>
    /// <returns>How long the buffer has waited; null if none waits.</returns>
    private TimeSpan? Load(ServerState state, bool registers)
    {
        StateReader reader = state.ServerReader();
        _dispatcher.Load(ref reader);
        if (reader.Flag("flag of reselection"))
        {
            if (_reselection is { } reselection)
            {
                reselection.Load(ref reader);
            }
            else
            {
                Reselection.Skip(ref reader, Current.Layout);
            }
        }

        TimeSpan waited = reader.Duration("time that the buffer waited");
        bool waits = reader.Flag("flag of a waiting buffer");
        _registry.Load(ref reader, registers);
        reader.End();
        return waits ? waited : null;
    }
}
