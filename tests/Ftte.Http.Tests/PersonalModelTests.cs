using Ftte.Selection;
using Ftte.Testing;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Personalization;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>A device with personal parameters over HTTP.</summary>
public sealed class PersonalModelTests
{
    private static readonly Network Network = Network.Build(4).Linear("body", 6).Relu().Linear("head", 2).SoftmaxCrossEntropy();
    private static readonly ModelSnapshot Start = new(Network.Layout, default, Network.Initialize(1));

    [Fact]
    public async Task Shared_and_personal_parameters_have_the_same_bits_over_HTTP_as_in_process()
    {
        await using FederatedServer inProcess = CreateServer(), remote = CreateServer();
        await using TestCoordinator coordinator = await StartAsync(remote, Network.Layout);

        byte[] expected = await RunAsync(inProcess), actual = await RunAsync(coordinator.Connect(Network.Layout));

        Assert.Equal(expected, actual);
        Assert.Equal(inProcess.Current.Parameters.ToArray(), remote.Current.Parameters.ToArray());
        Assert.Equal(3, remote.Current.Version.Number);
        Assert.Equal(Values(Head, Start), Values(Head, remote.Current));
        Assert.NotEqual(Values(Body, Start), Values(Body, remote.Current));
    }

    private static ParameterSelection Head { get; } = ParameterSelection.OfBlocks(Network.Layout, "head.weight", "head.bias");

    private static ParameterSelection Body { get; } = ParameterSelection.Full(Network.Layout).Except(Head);

    private static FederatedServer CreateServer()
    {
        // Personal parameters are selected, too, so that the device must keep their values to itself.
        var selections = new SelectionHistory(ParameterSelection.Full(Network.Layout));
        return new FederatedServer(new AddingAggregator(Start, selections), selections, new() { Seed = 5 });
    }

    /// <summary>Trains three rounds, and returns the personal state of the device.</summary>
    private static async Task<byte[]> RunAsync(IFederatedServer server)
    {
        var store = new MemoryStateStore();
        float[] inputs = [.. Enumerable.Range(0, 4 * 10).Select(i => (i * 7 % 11 / 11f) - 0.5f)];
        var examples = new ArrayExamples(inputs, new[] { 0, 1, 1, 0, 1, 0, 0, 1, 0, 1 }, 4);
        using var trainer = new LocalTrainer(Network, examples, new SgdOptions { BatchSize = 4 }, personal: new PersonalModel(Network, new LocalHead(), store, "test 1"));
        var client = new FederatedClient(server, trainer, new FederatedClientOptions { ClientId = new ClientId("a"), MemoryBudgetBytes = 1 << 20 });
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(UpdateOutcome.Published, (await client.RunOnceAsync()).Receipt?.Outcome);
        }

        return store.State.ToArray();
    }

    private static float[] Values(ParameterSelection selection, ModelSnapshot model)
    {
        float[] values = new float[selection.Count];
        selection.Gather(model.Parameters.Span, values);
        return values;
    }
}
