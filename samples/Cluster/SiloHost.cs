using System.Globalization;
using System.Net;
using Ftte.AspNetCore;
using Ftte.Samples.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Cluster;

/// <summary>Runs one silo in this process, until the process that started it ends its input.</summary>
internal static class SiloHost
{
    private const int MaxRequests = 100_000;

    /// <param name="args">The connection string, the port of the endpoints, and the port of the link to other silos.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string connectionString = args[0];
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning).AddFilter("Ftte", LogLevel.Information);
        builder.WebHost.UseUrls($"http://127.0.0.1:{args[1]}");
        builder.UseOrleans(silo => Configure(silo, connectionString, int.Parse(args[2], CultureInfo.InvariantCulture)));

        // Without authentication, all devices share the limits of their address.
        builder.Services.AddFtteEndpoints(limits => limits.MaxConcurrentRequests = limits.RequestsPerSecond = limits.Burst = MaxRequests);
        builder.Services.AddAuthorizationBuilder().AddPolicy(FtteDefaults.AdminPolicy, policy => policy.RequireAuthenticatedUser());
        builder.Services.AddHealthChecks().AddFtte();
        await using WebApplication app = builder.Build();
        app.UseRateLimiter();

        // Without authentication, because the endpoints are on the loopback interface.
        app.MapFtte().AllowAnonymous();
        app.MapFtteStatus("/status").AllowAnonymous();
        app.MapHealthChecks("/health");
        await app.StartAsync();
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return ExitCode.Done;
    }

    private static void Configure(ISiloBuilder silo, string connectionString, int port)
    {
        silo.UsePostgreSqlClustering(connectionString)
            .Configure<Orleans.Configuration.ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("sample", "ftte"))
            .Configure<EndpointOptions>(options => (options.AdvertisedIPAddress, options.SiloPort, options.GatewayPort) = (IPAddress.Loopback, port, 0))
            .Configure<ClusterMembershipOptions>(options =>
            {
                // A silo that does not answer for six seconds has failed; the default is 15 seconds.
                options.ProbeTimeout = TimeSpan.FromSeconds(2);
                options.NumMissedProbesLimit = 3;
                options.NumVotesForDeathDeclaration = 1;
            })
            .Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5));
        silo.AddFtteServer(cluster => (cluster.ConnectionString, cluster.Shards) = (connectionString, Training.Shards))
            .UseModel(Training.Start)
            .UseSelection(Training.Selection)
            .UseAggregator(Training.Aggregator);
    }
}
