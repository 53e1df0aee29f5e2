using Microsoft.Extensions.DependencyInjection;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A server from a container keeps the registrations of devices in its store.</summary>
public sealed class StoredRegistrationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_device_stays_registered_after_a_restart_and_after_a_kill(bool isKilled)
    {
        var store = new MemoryStore();
        await using ServiceProvider first = Build(store);
        var server = first.GetRequiredService<FederatedServer>();
        first.GetRequiredService<DeviceRegistry>().Register(new ClientId("phone"), 1000);
        Assert.Equal(CheckOutOutcome.Assigned, await CheckOutAsync(server, "phone"));
        if (!isKilled)
        {
            await first.DisposeAsync();
        }

        await using ServiceProvider second = Build(store.Copy());
        Assert.Equal(CheckOutOutcome.Assigned, await CheckOutAsync(second.GetRequiredService<FederatedServer>(), "phone"));
        Assert.Equal(CheckOutOutcome.UnknownClient, await CheckOutAsync(second.GetRequiredService<FederatedServer>(), "stranger"));
        Assert.Equal(1000, second.GetRequiredService<DeviceRegistry>().GetMemoryBudget().Bytes);
    }

    [Fact]
    public async Task Registrations_are_restored_from_the_checkpoint_and_from_the_records_after_it()
    {
        var store = new MemoryStore();
        foreach (string client in (string[])["a", "b", "c"])
        {
            await using ServiceProvider provider = Build(store);
            provider.GetRequiredService<FederatedServer>();
            provider.GetRequiredService<DeviceRegistry>().Register(new ClientId(client), client[0]);
        }

        Assert.Equal(1, store.RecordCount);
        await using ServiceProvider last = Build(store);
        last.GetRequiredService<FederatedServer>();
        Assert.Equal(3, last.GetRequiredService<DeviceRegistry>().Count);
    }

    [Fact]
    public async Task Changes_before_the_server_starts_take_precedence_over_the_store_and_are_stored()
    {
        var store = new MemoryStore();
        await ChangeAsync(registry =>
        {
            registry.Register(new ClientId("removed"), 1);
            registry.Register(new ClientId("changed"), 2);
            registry.Register(new ClientId("kept"), 3);
        });
        await ChangeAsync(registry =>
        {
            Assert.False(registry.Remove(new ClientId("removed")));
            registry.Register(new ClientId("changed"), 20);
        });

        for (int restart = 0; restart < 2; restart++)
        {
            await using ServiceProvider provider = Build(store);
            provider.GetRequiredService<FederatedServer>();
            var registry = provider.GetRequiredService<DeviceRegistry>();
            Assert.Equal((2, 3L), (registry.Count, registry.GetMemoryBudget().Bytes));
            Assert.False(registry.IsRegistered(new ClientId("removed")));
            registry.Remove(new ClientId("kept"));
            Assert.Equal(20, registry.GetMemoryBudget().Bytes);
            registry.Register(new ClientId("kept"), 3);
        }

        async Task ChangeAsync(Action<DeviceRegistry> change)
        {
            await using ServiceProvider provider = Build(store);
            change(provider.GetRequiredService<DeviceRegistry>());
            provider.GetRequiredService<FederatedServer>();
        }
    }

    [Fact]
    public async Task An_unchanged_registration_is_not_stored_again()
    {
        var store = new MemoryStore();
        for (int start = 0; start < 3; start++)
        {
            await using ServiceProvider provider = Build(store);
            provider.GetRequiredService<DeviceRegistry>().Register(new ClientId("phone"), 1000);
            provider.GetRequiredService<FederatedServer>();
            provider.GetRequiredService<DeviceRegistry>().Register(new ClientId("phone"), 1000);
        }

        Assert.Equal(0, store.RecordCount);
    }

    [Fact]
    public async Task Registrations_of_a_registry_that_the_app_adds_are_the_apps_to_keep()
    {
        var store = new MemoryStore();
        await using (ServiceProvider provider = Build(store))
        {
            provider.GetRequiredService<FederatedServer>();
            provider.GetRequiredService<DeviceRegistry>().Register(new ClientId("phone"), 1000);
        }

        var registry = new DeviceRegistry();
        await using ServiceProvider other = Build(store, registry);
        Assert.Equal(CheckOutOutcome.UnknownClient, await CheckOutAsync(other.GetRequiredService<FederatedServer>(), "phone"));
        registry.Register(new ClientId("tablet"), 1000);
        Assert.Equal(CheckOutOutcome.Assigned, await CheckOutAsync(other.GetRequiredService<FederatedServer>(), "tablet"));
    }

    [Fact]
    public async Task After_the_server_has_stopped_registrations_may_still_change()
    {
        await using ServiceProvider provider = Build(new MemoryStore());
        var registry = provider.GetRequiredService<DeviceRegistry>();
        await provider.GetRequiredService<FederatedServer>().DisposeAsync();

        registry.Register(new ClientId("phone"), 1000);

        Assert.True(registry.IsRegistered(new ClientId("phone")));
    }

    private static async Task<CheckOutOutcome> CheckOutAsync(FederatedServer server, string client) => (await server.CheckOutAsync(Device(client), new float[12])).Outcome;

    private static ServiceProvider Build(MemoryStore store, DeviceRegistry? registry = null)
    {
        var services = new ServiceCollection();
        if (registry is not null)
        {
            services.AddSingleton(registry);
        }

        return services.AddFtteServer(options => options.RequireRegistration = true).UseModel(Start).UseSelection(A).UseStore(_ => store).Services.BuildServiceProvider();
    }
}
