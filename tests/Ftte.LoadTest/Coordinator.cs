using System.Net;
using System.Text.Json;
using Ftte.AspNetCore;
using Ftte.DependencyInjection;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Ftte.LoadTest;

/// <summary>Serves a federation in a process of its own, alone or as a silo of a cluster, until its input ends.</summary>
/// <remarks>Writes its address as the first line. Every line of input is answered by a line with the <see cref="ServerUsage"/>.</remarks>
internal static class Coordinator
{
    public const string AuthorityName = "Load test";

    private const string Scheme = "Token";
    private const int QueueCapacity = 4096, MaxClients = 2_000_000, RequestsPerSecond = 100_000;

    public static async Task<int> RunAsync(ServerOptions options, Workload workload)
    {
        using var authority = CertificateAuthority.LoadOrCreate(options.Folder, AuthorityName);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (workload.UseTls)
            {
                listen.UseHttps(authority.IssueServer(["localhost"], TimeSpan.FromDays(1)));
            }
        }));
        builder.Services.AddSingleton<IHostLifetime, ParentLifetime>();
        AddServer(builder, options, workload);
        builder.Services.AddFtteEndpoints(limits => (limits.RequestsPerSecond, limits.Burst) = (RequestsPerSecond, RequestsPerSecond));
        builder.Services.AddAuthentication(Scheme).AddScheme<AuthenticationSchemeOptions, DeviceTokenHandler>(Scheme, null);
        await using WebApplication app = builder.Build();
        app.UseRateLimiter();
        app.MapFtte(options: new FtteEndpointOptions { DownloadFormat = workload.Download });
        await app.StartAsync();
        string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Console.WriteLine(bound.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/ftte/");
        while (await Console.In.ReadLineAsync() is not null)
        {
            Console.WriteLine(JsonSerializer.Serialize(ServerUsage.Read()));
        }

        await app.StopAsync();
        return 0;
    }

    private static void AddServer(WebApplicationBuilder builder, ServerOptions options, Workload workload)
    {
        if (options.SiloPort is { } port)
        {
            builder.UseOrleans(silo => AddSilo(silo, options, port, workload));
            return;
        }

        FtteServerBuilder server = AddParts(builder.Services.AddFtteServer(Configure), workload);
        _ = options.Database is { } database ? server.UsePostgreSql(database) : server.UseSqlite(Path.Combine(options.Folder, Workload.StoreFile));
    }

    private static void AddSilo(ISiloBuilder silo, ServerOptions options, int port, Workload workload)
    {
        silo.UsePostgreSqlClustering(options.Database!)
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("load", "ftte"))
            .Configure<EndpointOptions>(endpoint => (endpoint.AdvertisedIPAddress, endpoint.SiloPort, endpoint.GatewayPort) = (IPAddress.Loopback, port, 0));
        AddParts(silo.AddFtteServer(cluster => (cluster.ConnectionString, cluster.Shards) = (options.Database!, options.Shards), Configure), workload);
    }

    private static void Configure(FederatedServerOptions server) => (server.QueueCapacity, server.MaxClients) = (QueueCapacity, MaxClients);

    private static FtteServerBuilder AddParts(FtteServerBuilder server, Workload workload) =>
        server.UseModel(workload.CreateModel()).UseSelection(ParameterSelection.Full(workload.Layout)).UseAggregator(workload.Rule);
}
