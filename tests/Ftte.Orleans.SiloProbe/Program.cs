// Runs a silo with the endpoints of devices until it is killed. Arguments: the connection string, the port of the silo, the port of the endpoints, the number
// of shards, and the version of the grain interfaces.
// Writes "ready" when devices may call it.
using System.Globalization;
using Ftte.Orleans.SiloProbe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Metadata;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning).AddFilter("Ftte", LogLevel.Information).AddFilter("Ftte.AspNetCore", LogLevel.Warning);
builder.WebHost.UseUrls($"http://127.0.0.1:{args[2]}");
builder.UseOrleans(silo =>
{
    SiloSetup.Configure(silo, args[0], int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture));
    silo.Services.AddSingleton<IGrainInterfacePropertiesProvider>(new InterfaceVersion(int.Parse(args[4], CultureInfo.InvariantCulture)));
});
// The devices of a test are not authenticated, so that they share one limit.
builder.Services.AddFtteEndpoints(limits => (limits.RequestsPerSecond, limits.Burst) = (100_000, 100_000));
await using WebApplication app = builder.Build();
app.UseRateLimiter();
app.MapFtte().AllowAnonymous();
await app.StartAsync();
IEnumerable<string> versions = app.Services.GetRequiredService<IClusterManifestProvider>().LocalGrainManifest.Interfaces
    .Where(grain => grain.Key.ToString().StartsWith("Ftte.", StringComparison.Ordinal)).Select(grain => grain.Value.Properties[WellKnownGrainInterfaceProperties.Version]).Distinct();
Console.WriteLine($"Interfaces have version {string.Join(", ", versions)}.");
Console.WriteLine("ready");
await app.WaitForShutdownAsync();
