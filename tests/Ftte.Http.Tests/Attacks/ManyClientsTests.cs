using System.Collections.Concurrent;
using System.Net;
using Ftte.Selection;
using Ftte.Testing;
using Xunit.Abstractions;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Attacks;

/// <summary>One party with many names: a million with FTTE_LONG=1 in the environment.</summary>
[Collection(AloneCollection.Name)]
public sealed class ManyClientsTests(ITestOutputHelper output)
{
    private const int MaxClients = 1_000;
    private const int MaxGrowth = 16 << 20;

    private static int Names => LongMode.IsOn ? 1_000_000 : 5_000;

    [Fact]
    public async Task An_open_server_remembers_a_bounded_number_of_names()
    {
        await using FederatedServer server = CreateServer(SmallLayout, new() { MaxClients = MaxClients });

        await AttackAsync(server, CheckOutOutcome.Assigned);

        Assert.InRange(server.Status.KnownClients, 1, MaxClients);
    }

    [Fact]
    public async Task A_server_with_registration_remembers_no_unknown_name_and_registered_devices_are_not_affected()
    {
        var registry = new DeviceRegistry();
        registry.Register(new ClientId("honest"), 1);
        var selections = new SelectionHistory(ParameterSelection.Full(SmallLayout));
        var model = new ModelSnapshot(SmallLayout, default, new float[SmallLayout.ParameterCount]);
        await using var server = new FederatedServer(new AddingAggregator(model, selections), selections, new() { RequireRegistration = true }, registry);

        await AttackAsync(server, CheckOutOutcome.UnknownClient);

        Assert.Equal(1, server.Status.KnownClients);
    }

    /// <summary>Checks out with many names between the check-out and the update of an honest device.</summary>
    private async Task AttackAsync(FederatedServer server, CheckOutOutcome expected)
    {
        await using TestCoordinator coordinator = await StartAsync(server, SmallLayout);
        HttpFederatedServer honest = coordinator.Connect(SmallLayout), attacker = coordinator.Connect(SmallLayout, version: HttpVersion.Version20);
        await HonestDevice.TrainAsync(honest, SmallLayout);
        await attacker.CheckOutAsync(Request(-1), new float[17]);
        var memory = new ProcessMemory(output);
        var outcomes = new ConcurrentDictionary<CheckOutOutcome, int>();

        await Parallel.ForAsync(0, Names, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            CheckOutResponse response = await attacker.CheckOutAsync(Request(i), new float[17], CancellationToken.None);
            outcomes.AddOrUpdate(response.Outcome, 1, (_, count) => count + 1);
        });

        long growth = memory.Report($"{Names:N0} names");
        Assert.Equal([KeyValuePair.Create(expected, Names)], outcomes);
        Assert.InRange(growth, long.MinValue, MaxGrowth);
        await HonestDevice.TrainAsync(honest, SmallLayout);
    }

    private static CheckOutRequest Request(int i) => new(new ClientId($"name-{i}"), 1, SmallLayout.Fingerprint);
}
