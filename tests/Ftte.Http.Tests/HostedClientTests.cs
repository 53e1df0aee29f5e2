using Ftte.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>Clients that run with the app.</summary>
public sealed class HostedClientTests
{
    [Fact]
    public async Task Every_client_runs_while_the_app_runs()
    {
        var servers = new Dictionary<string, ScriptedServer> { ["a"] = new(), ["b"] = new() };
        HostApplicationBuilder builder = CreateBuilder();
        foreach ((string name, ScriptedServer server) in servers)
        {
            builder.Services.AddHostedFtteClient(o => (o.ClientId, o.MemoryBudgetBytes) = (new ClientId(name), 1), name).UseTrainer(_ => new StepTrainer(SmallLayout)).UseServer(_ => server);
        }

        using IHost host = builder.Build();
        await host.StartAsync();
        while (servers.Values.Any(server => server.Devices.Count < 2))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        await host.StopAsync();
        Assert.All(servers, server => Assert.All(server.Value.Devices, device => Assert.Equal(server.Key, device.Client.Value)));
        int before = servers["a"].Devices.Count;
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        Assert.Equal(before, servers["a"].Devices.Count);
    }

    [Fact]
    public async Task After_the_server_has_shut_down_the_client_joins_again()
    {
        var time = new FakeTimeProvider();
        var server = new ScriptedServer { OnCheckOut = (_, _) => new CheckOutResponse(CheckOutOutcome.Stopped) };
        using IHost host = Build(server, time);
        await host.StartAsync();
        while (server.Devices.Count < 3)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        await host.StopAsync();
        Assert.InRange(time.GetUtcNow() - time.Start, TimeSpan.FromSeconds(60), TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task A_refusal_ends_the_client_with_an_error_in_the_log_and_not_the_app()
    {
        var log = new WrittenLines();
        var server = new ScriptedServer { OnCheckOut = (_, _) => new CheckOutResponse(CheckOutOutcome.UnknownClient) };
        using IHost host = Build(server, new FakeTimeProvider(), log);
        await host.StartAsync();
        var service = (BackgroundService)host.Services.GetServices<IHostedService>().Single();
        await service.ExecuteTask!;

        Assert.Single(log.Lines, line => line.Id.Id == 3001);
        Assert.False(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        await host.StopAsync();
    }

    private static HostApplicationBuilder CreateBuilder()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        return builder;
    }

    private static IHost Build(ScriptedServer server, TimeProvider time, ILoggerProvider? log = null)
    {
        HostApplicationBuilder builder = CreateBuilder();
        builder.Services.AddSingleton(time);
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        builder.Services.AddHostedFtteClient(o => (o.ClientId, o.MemoryBudgetBytes) = (new ClientId("a"), 1)).UseTrainer(_ => new StepTrainer(SmallLayout)).UseServer(_ => server);
        return builder.Build();
    }
}
