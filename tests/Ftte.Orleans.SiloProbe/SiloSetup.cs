using System.Net;
using Ftte.Aggregation;
using Ftte.Store.CrashProbe;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace Ftte.Orleans.SiloProbe;

/// <summary>Sets up a silo that trains the workload of the crash tests: in a process of its own, and in that of a test.</summary>
public static class SiloSetup
{
    /// <summary>Gets the options of the aggregator. No update is too stale, so that the database keeps the IDs of all updates.</summary>
    public static BufferedAggregatorOptions Aggregator { get; } = new() { Capacity = Workload.Capacity, Optimizer = ServerOptimizer.Adam(), MaxAge = 1_000_000 };

    /// <param name="silo">The silo.</param>
    /// <param name="connectionString">The database of the members and the federation.</param>
    /// <param name="port">The port of the silo on the loopback interface.</param>
    /// <param name="shards">The number of shards.</param>
    /// <param name="refresh">The refresh interval; null for 200 ms.</param>
    /// <param name="configure">Sets further options of the server; null for none.</param>
    public static void Configure(ISiloBuilder silo, string connectionString, int port, int shards, TimeSpan? refresh = null, Action<FederatedServerOptions>? configure = null)
    {
        // Failures are noticed in some seconds, but a silo that starts on a machine with other work is not declared dead.
        silo.UsePostgreSqlClustering(connectionString)
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("test", "ftte"))
            .Configure<EndpointOptions>(options => (options.AdvertisedIPAddress, options.SiloPort, options.GatewayPort) = (IPAddress.Loopback, port, 0))
            .Configure<ClusterMembershipOptions>(options =>
            {
                options.ProbeTimeout = TimeSpan.FromSeconds(4);
                options.NumMissedProbesLimit = 3;
                options.TableRefreshTimeout = TimeSpan.FromSeconds(2);
            })
            .Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5));
        silo.AddFtteServer(
                cluster =>
                {
                    cluster.ConnectionString = connectionString;
                    cluster.Shards = shards;
                    cluster.KeepVersions = null;
                    cluster.RefreshInterval = refresh ?? TimeSpan.FromMilliseconds(200);
                },
                server =>
                {
                    server.BusyRetryAfter = TimeSpan.FromMilliseconds(50);
                    configure?.Invoke(server);
                })
            .UseModel(Workload.Start)
            .UseSelection(Workload.Selection)
            .UseAggregator(Aggregator);
    }
}
