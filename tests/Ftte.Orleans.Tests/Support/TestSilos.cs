using Ftte.Orleans.SiloProbe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ftte.Orleans.Tests;

/// <summary>A cluster of silos in this process, each with a host of its own.</summary>
internal sealed class TestSilos : IAsyncDisposable
{
    private readonly List<IHost> _hosts = [];

    private TestSilos()
    {
    }

    public int Count => _hosts.Count;

    /// <summary>Gets the factory of the first silo.</summary>
    public IGrainFactory Grains => _hosts[0].Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts silos, one after another.</summary>
    public static async Task<TestSilos> StartAsync(string connectionString, int silos, int shards, Action<IServiceCollection>? configure = null, TimeSpan? refresh = null, Action<FederatedServerOptions>? server = null)
    {
        var cluster = new TestSilos();
        for (int i = 0; i < silos; i++)
        {
            HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Error);
            int port = Ports.FindFree();
            builder.UseOrleans(silo => SiloSetup.Configure(silo, connectionString, port, shards, refresh ?? TimeSpan.FromSeconds(1), server));
            configure?.Invoke(builder.Services);
            IHost host = builder.Build();
            cluster._hosts.Add(host);
            await host.StartAsync();
        }

        return cluster;
    }

    /// <summary>Returns the front end of a silo.</summary>
    public FtteClusterServer Server(int silo) => _hosts[silo % Count].Services.GetRequiredService<FtteClusterServer>();

    /// <summary>Waits until all silos and all shards know a version. No version was refused before.</summary>
    public async Task<ModelSnapshot> WaitForAsync(long version)
    {
        for (int i = 0; i < Count; i++)
        {
            await Wait.UntilAsync(() => Server(i).Current.Version.Number >= version, $"Silo {i} does not know version {version}.", () => Server(i).GetStatusAsync());
        }

        FtteClusterStatus status;
        do
        {
            status = await Server(0).GetStatusAsync();
        }
        while (status.MissingShards.Length > 0 || status.Shards.Any(shard => shard.Buffer < version));

        return Server(0).Current;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IHost host in _hosts)
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }
}
