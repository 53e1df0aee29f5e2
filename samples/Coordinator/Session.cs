using Ftte;
using Ftte.AspNetCore;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordinator;

/// <summary>Runs the coordinator.</summary>
internal sealed class Session(CoordinatorOptions options, TextWriter output)
{
    private const int TestExamples = 500;
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    /// <summary>Serves devices until the last version, Ctrl+C or SIGTERM.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Network network = NetworkZoo.Create(options.Model);
        IExampleSource test = DeviceData.Generate(network, TestExamples, seed: 0);
        var saved = new SavedServer(Path.Combine(options.Folder, "server.state"), network, options.Capacity);
        await using FederatedServer server = saved.Open();
        await using WebApplication app = Build(server);
        await app.StartAsync(cancellationToken);
        Announce(app, network, server.Current.Version);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, app.Lifetime.ApplicationStopping);
        try
        {
            await foreach (ModelSnapshot model in server.WatchAsync(stopping.Token))
            {
                await saved.SaveAsync(server);
                output.WriteLine($"{model.Version}: test accuracy {network.Evaluate(model.Parameters.Span, test).Accuracy:P1}");
                if (options.Versions > 0 && model.Version.Number >= options.Versions)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            output.WriteLine("Stopping. Run the same command to continue; the devices reconnect.");
        }

        await app.StopAsync(CancellationToken.None);
        return ExitCode.Done;
    }

    private WebApplication Build(FederatedServer server)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.ListenAnyIP(options.Port, listen => listen.UseHttps()));
        builder.Services.AddSingleton<IFederatedServer>(server);
        builder.Services.AddFtteIdentity(identity =>
        {
            identity.Folder = options.Folder;
            identity.Hosts = [.. new[] { options.Host, "localhost", "127.0.0.1", "::1" }.Distinct()];
        });
        WebApplication app = builder.Build();
        app.UseRateLimiter();
        app.MapFtte();
        app.MapFtteIdentity();
        return app;
    }

    private void Announce(WebApplication app, Network network, ModelVersion version)
    {
        string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        string address = $"https://{options.Host}:{new Uri(bound.Replace("[::]", "localhost", StringComparison.Ordinal)).Port}/ftte";
        output.WriteLine($"Coordinating {options.Model}, {network.Layout.ParameterCount:N0} parameters, from {version} at {address}. State: {Path.GetFullPath(options.Folder)}");
        DeviceDirectory devices = app.Services.GetRequiredService<DeviceDirectory>();
        string authority = app.Services.GetRequiredService<CertificateAuthority>().Fingerprint;
        for (int i = 0; i < options.Devices; i++)
        {
            output.WriteLine($"Start a device, within {TokenLifetime.TotalMinutes} minutes:");
            output.WriteLine($"dotnet run -c Release --project samples/Device -- --server {address} --model {options.Model} --authority {authority} --token {devices.CreateToken(TokenLifetime)}");
        }
    }
}
