using Ftte.Aggregation;
using Ftte.DependencyInjection;
using Ftte.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static Ftte.Tests.DependencyInjection.FtteServerBuilderTests;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests.DependencyInjection;

/// <summary>A device loop from a container.</summary>
public sealed class FtteClientBuilderTests
{
    private static readonly Action<FederatedClientOptions> Options = o => (o.ClientId, o.MemoryBudgetBytes) = (new ClientId("phone"), 99);

    [Fact]
    public async Task A_trainer_and_a_server_are_enough()
    {
        var server = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddFtteClient(Options).UseTrainer(_ => new ScriptedTrainer(Layout)).UseServer(_ => server);
        await using ServiceProvider provider = Build(services);

        await provider.GetRequiredService<FederatedClient>().RunOnceAsync();

        Assert.Equal(new CheckOutRequest(new ClientId("phone"), 99, Layout.Fingerprint), Assert.Single(server.Devices));
    }

    [Fact]
    public async Task With_the_server_in_the_same_container_nothing_more_is_needed()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddFtteServer().UseModel(Start).UseSelection(A).UseAggregator(BufferedAggregatorOptions.FedAsync());
        services.AddFtteClient(Options).UseTrainer(_ => new ScriptedTrainer(Layout));
        await using ServiceProvider provider = Build(services);
        Assert.NotNull(provider.GetService<ILogger<FederatedClient>>());

        ClientRound round = await provider.GetRequiredService<FederatedClient>().RunOnceAsync();

        Assert.Equal(UpdateOutcome.Published, round.Receipt!.Value.Outcome);
    }

    [Fact]
    public async Task A_proxy_for_the_client_never_replaces_the_server()
    {
        var proxy = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddFtteClient(Options).UseTrainer(_ => new ScriptedTrainer(Layout)).UseServer(_ => proxy);
        services.AddFtteServer().UseModel(Start).UseSelection(A);
        await using ServiceProvider provider = Build(services);

        await provider.GetRequiredService<FederatedClient>().RunOnceAsync();

        Assert.IsType<FederatedServer>(provider.GetRequiredService<IFederatedServer>());
        Assert.Single(proxy.Devices);
    }

    [Fact]
    public async Task What_is_missing_is_named_with_the_call_to_add()
    {
        var services = new ServiceCollection();
        FtteClientBuilder builder = services.AddFtteClient(Options);
        Assert.Contains("no server. Add .UseServer(...) after services.AddFtteClient(...)", await MessageAsync(), StringComparison.Ordinal);
        builder.UseServer(_ => new ScriptedServer());
        Assert.Contains("no trainer. Add .UseTrainer(...) after services.AddFtteClient(...)", await MessageAsync(), StringComparison.Ordinal);

        async Task<string> MessageAsync()
        {
            await using ServiceProvider incomplete = Build(services);
            return Assert.Throws<InvalidOperationException>(() => incomplete.GetRequiredService<FederatedClient>()).Message;
        }
    }

    [Fact]
    public async Task A_held_model_is_the_clients_and_never_the_servers()
    {
        var held = new ModelSnapshot(Layout, new ModelVersion(3), new float[12]);
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(Start).UseSelection(A);
        services.AddFtteClient(Options).UseTrainer(_ => new ScriptedTrainer(Layout)).UseHeldModel(_ => held);
        await using ServiceProvider provider = Build(services);

        Assert.Equal(new ModelVersion(3), provider.GetRequiredService<FederatedClient>().HeldVersion);
        Assert.Same(Start, provider.GetRequiredService<FederatedServer>().Current);
    }

    [Fact]
    public async Task Of_two_calls_of_one_builder_method_the_last_wins()
    {
        var first = new ScriptedServer();
        var second = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddFtteClient(Options)
            .UseServer(_ => first)
            .UseServer(_ => second)
            .UseTrainer(_ => throw new InvalidOperationException("replaced"))
            .UseTrainer(_ => new ScriptedTrainer(Layout))
            .UseOptions(_ => new FederatedClientOptions { ClientId = new ClientId("watch"), MemoryBudgetBytes = 1 });
        await using ServiceProvider provider = Build(services);

        await Assert.Single(provider.GetServices<FederatedClient>()).RunOnceAsync();

        Assert.Empty(first.Devices);
        Assert.Equal("watch", Assert.Single(second.Devices).Client.Value);
    }

    [Fact]
    public void A_second_client_without_a_name_is_an_error_that_states_what_to_do()
    {
        var services = new ServiceCollection();
        services.AddFtteClient(Options);

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => services.AddFtteClient(Options));

        Assert.Contains("The FederatedClient was already added", error.Message, StringComparison.Ordinal);
        Assert.Contains("AddFtteClient(..., name: ", error.Message, StringComparison.Ordinal);
    }
}
