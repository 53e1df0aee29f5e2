using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.State;
using Ftte.Wire;
using Microsoft.Extensions.Logging;

namespace Ftte;

/// <content>Captures and restores the state of the server.</content>
public sealed partial class FederatedServer
{
    /// <summary>Restores a server from a saved state. Later versions, IDs and receipts are the same as without the interruption.</summary>
    /// <param name="state">The state.</param>
    /// <param name="aggregator">The aggregator, restored from <see cref="ServerState.Aggregator"/>. Only this server may call it from now on.</param>
    /// <param name="selections">The selections from <see cref="ServerState.RestoreSelections"/>, shared with the aggregator.</param>
    /// <param name="options">The options. They may differ from those that the state was captured with; <see cref="FederatedServerOptions.Seed"/> and <see cref="FederatedServerOptions.RequiredMemoryBytes"/> are taken from the state.</param>
    /// <param name="registry">
    /// The known devices; null to restore the registered and the unregistered ones. If a registry is specified, its registrations are used instead of the saved ones, and the saved
    /// unregistered devices are added to it.
    /// </param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <param name="logger">The logger; null for none.</param>
    /// <param name="reselection">The options of reselection during training; null to keep the selection.</param>
    /// <param name="evaluation">The options of evaluation by devices; null for none. Metrics and watched metric must be those of the state, if it has evaluations.</param>
    /// <returns>The running server.</returns>
    /// <exception cref="ArgumentException">The state has another layout, the aggregator or the selections are not those of the state, or an option is out of range.</exception>
    /// <exception cref="WireFormatException">The state is not valid.</exception>
    public static FederatedServer Restore(
        ServerState state,
        IAsyncAggregator aggregator,
        SelectionHistory selections,
        FederatedServerOptions? options = null,
        DeviceRegistry? registry = null,
        TimeProvider? time = null,
        ILogger<FederatedServer>? logger = null,
        ReselectionOptions? reselection = null,
        EvaluationOptions? evaluation = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(aggregator);
        ArgumentNullException.ThrowIfNull(selections);
        CheckState(state, aggregator, selections);
        return new FederatedServer(aggregator, selections, options, registry, time, logger, reselection, evaluation, state);
    }

    private static void CheckState(ServerState state, IAsyncAggregator aggregator, SelectionHistory selections)
    {
        ParameterLayout layout = aggregator.Current.Layout;
        if (state.LayoutFingerprint != layout.Fingerprint)
        {
            throw new ArgumentException($"The layout of the state differs from the aggregator's, {layout}. Restore the aggregator from {nameof(ServerState)}.{nameof(ServerState.Aggregator)}.", nameof(aggregator));
        }

        SelectionVersion saved = state.RestoreSelections().Current.Version;
        if (selections.Current.Version != saved)
        {
            throw new ArgumentException($"The selections are at {selections.Current.Version}, but the state was captured at {saved}. Use {nameof(ServerState)}.{nameof(ServerState.RestoreSelections)}.", nameof(selections));
        }
    }

    /// <summary>Copies the state on which later versions, IDs and receipts depend, in turn with the queued updates.</summary>
    /// <param name="cancellationToken">Cancels the call if it has not started.</param>
    /// <returns>The state, immutable. The server is not changed. Queued updates are not part of the state: their devices receive no receipt from a restored server and retry.</returns>
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
        writer.Flag(_evaluation is not null);
        _evaluation?.Save(writer);
    });

    /// <summary>Reads everything except the timer, which must not fire before the queue exists.</summary>
    /// <returns>The time for which the buffer has waited; null if it is empty.</returns>
    private TimeSpan? Load(ServerState state, bool registers)
    {
        StateReader reader = state.ServerReader();
        _dispatcher.Load(ref reader, state.IsFormat2);
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
        if (state.IsFormat2 && reader.Flag("flag of evaluations"))
        {
            ReadOnlySpan<byte> section = reader.Bytes("evaluations");
            _evaluation?.Load(section);
        }

        reader.End();
        return waits ? waited : null;
    }
}
