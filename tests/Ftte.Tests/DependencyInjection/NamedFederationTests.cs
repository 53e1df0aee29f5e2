using Ftte.Aggregation;
using Microsoft.Extensions.DependencyInjection;
using static Ftte.Tests.DependencyInjection.FtteServerBuilderTests;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests.DependencyInjection;

/// <summary>Several federations in one container.</summary>
public sealed class NamedFederationTests
{
    private static readonly ModelSnapshot Other = new(ParameterLayout.Create(("w", [3])), default, [1, 2, 3]);

    [Fact]
    public async Task Each_name_has_a_server_and_a_client_of_its_own()
    {
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(Start).UseSelection(A).UseAggregator(BufferedAggregatorOptions.FedAsync());
        services.AddFtteServer(o => o.RequiredMemoryBytes = 5, name: "keyboard")
            .UseModel(Other)
            .UseSelection(p => ParameterSelection.Full(p.GetRequiredKeyedService<ModelSnapshot>("keyboard").Layout))
            .UseAggregator(BufferedAggregatorOptions.FedAsync());
        services.AddFtteClient(o => (o.ClientId, o.MemoryBudgetBytes) = (new ClientId("phone"), 1)).UseTrainer(_ => new ScriptedTrainer(Layout));
        services.AddFtteClient(o => (o.ClientId, o.MemoryBudgetBytes) = (new ClientId("phone"), 5), name: "keyboard").UseTrainer(_ => new ScriptedTrainer(Other.Layout));
        await using ServiceProvider provider = Build(services);
        provider.ValidateFtte();

        ClientRound unnamed = await provider.GetRequiredService<FederatedClient>().RunOnceAsync();
        ClientRound named = await provider.GetRequiredKeyedService<FederatedClient>("keyboard").RunOnceAsync();

        Assert.Equal((UpdateOutcome.Published, UpdateOutcome.Published), (unnamed.Receipt?.Outcome, named.Receipt?.Outcome));
        Assert.Same(Layout, provider.GetRequiredService<FederatedServer>().Current.Layout);
        Assert.Same(Other.Layout, provider.GetRequiredKeyedService<FederatedServer>("keyboard").Current.Layout);
        Assert.Same(provider.GetRequiredKeyedService<FederatedServer>("keyboard"), provider.GetRequiredKeyedService<IFederatedServer>("keyboard"));
        Assert.NotSame(provider.GetRequiredService<DeviceRegistry>(), provider.GetRequiredKeyedService<DeviceRegistry>("keyboard"));
        Assert.Single(provider.GetServices<FederatedServer>());
    }

    [Fact]
    public async Task A_named_client_uses_the_proxy_of_its_name_and_not_the_server_of_another()
    {
        var proxy = new Ftte.Testing.ScriptedServer();
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(Start).UseSelection(A);
        services.AddFtteClient(o => (o.ClientId, o.MemoryBudgetBytes) = (new ClientId("phone"), 1), name: "b").UseTrainer(_ => new ScriptedTrainer(Layout));
        services.AddFtteClient(o => (o.ClientId, o.MemoryBudgetBytes) = (new ClientId("watch"), 1), name: "c").UseTrainer(_ => new ScriptedTrainer(Layout)).UseServer(_ => proxy);
        await using ServiceProvider provider = Build(services);

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredKeyedService<FederatedClient>("b"));
        await provider.GetRequiredKeyedService<FederatedClient>("c").RunOnceAsync();

        Assert.Contains("The FederatedClient 'b' has no server. Add .UseServer(...)", error.Message, StringComparison.Ordinal);
        Assert.Equal("watch", Assert.Single(proxy.Devices).Client.Value);
    }

    [Fact]
    public void The_same_name_twice_is_an_error()
    {
        var services = new ServiceCollection();
        services.AddFtteServer(name: "a");
        services.AddFtteClient(name: "a");

        Assert.Contains("'a' was already added", Assert.Throws<InvalidOperationException>(() => services.AddFtteServer(name: "a")).Message, StringComparison.Ordinal);
        Assert.Contains("'a' was already added", Assert.Throws<InvalidOperationException>(() => services.AddFtteClient(name: "a")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => services.AddFtteServer(name: " "));
        Assert.Throws<ArgumentException>(() => services.AddFtteClient(name: ""));
        services.AddFtteServer(name: "b");
    }

    [Fact]
    public async Task Every_server_stops_with_the_container()
    {
        var services = new ServiceCollection();
        services.AddFtteServer(name: "a").UseModel(Start).UseSelection(A);
        services.AddFtteServer(name: "b").UseModel(Start).UseSelection(A);
        ServiceProvider provider = Build(services);
        FederatedServer[] servers = [provider.GetRequiredKeyedService<FederatedServer>("a"), provider.GetRequiredKeyedService<FederatedServer>("b")];

        await provider.DisposeAsync();

        foreach (FederatedServer server in servers)
        {
            Assert.Equal(CheckOutOutcome.Stopped, (await server.CheckOutAsync(Device("a"), new float[12])).Outcome);
        }
    }
}
