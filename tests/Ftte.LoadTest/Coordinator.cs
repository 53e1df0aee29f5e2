using System.Net;
using System.Text.Json;
using Ftte.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ftte.LoadTest;

/// <summary>Serves a federation in a process of its own, until its input ends.</summary>
/// <remarks>Writes its address as the first line. Every line of input is answered by a line with the <see cref="ServerUsage"/>.</remarks>
internal static class Coordinator
{
    public const string AuthorityName = "Load test";

    private const string Scheme = "Token";
    private const int QueueCapacity = 4096, RequestsPerSecond = 100_000;

    public static async Task<int> RunAsync(string folder, Workload workload)
    {
        using var authority = CertificateAuthority.LoadOrCreate(folder, AuthorityName);
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
        builder.Services.AddFtteServer(server => server.QueueCapacity = QueueCapacity)
            .UseModel(workload.CreateModel())
            .UseSelection(ParameterSelection.Full(workload.Layout))
            .UseAggregator(workload.Rule)
            .UseSqlite(Path.Combine(folder, Workload.StoreFile));
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
}
