using Ftte;
using Ftte.Aggregation;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.Wire;

namespace Coordinator;

/// <summary>Creates the federated server, or restores it from the file of the last version.</summary>
internal sealed class SavedServer(string file, Network network, int capacity)
{
    private const ulong InitialSeed = 1;

    /// <summary>Creates or restores the server.</summary>
    /// <exception cref="InputException">The file is not a state of a server for this network.</exception>
    public FederatedServer Open()
    {
        var options = new BufferedAggregatorOptions { Capacity = capacity };
        if (!File.Exists(file))
        {
            var selections = new SelectionHistory(ParameterSelection.Full(network.Layout));
            var model = new ModelSnapshot(network.Layout, default, network.Initialize(InitialSeed));
            return new FederatedServer(new BufferedAggregator(model, selections, options), selections);
        }

        try
        {
            ServerState state = ServerState.Read(File.ReadAllBytes(file));
            SelectionHistory selections = state.RestoreSelections();
            return FederatedServer.Restore(state, BufferedAggregator.Restore(state.Aggregator, network.Layout, selections, options), selections);
        }
        catch (Exception error) when (error is WireFormatException or ArgumentException)
        {
            throw new InputException($"--folder: '{file}' cannot be restored: {error.Message}", error);
        }
    }

    /// <summary>Saves the state, so that a restart continues with this version.</summary>
    public async Task SaveAsync(FederatedServer server)
    {
        ServerState state = await server.CaptureStateAsync();
        AtomicFile.Write(file, state.Bytes, static (stream, bytes) => stream.Write(bytes.Span));
    }
}
