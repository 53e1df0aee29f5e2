using System.Globalization;
using System.Net;
using Ftte;
using Ftte.Aggregation;
using Ftte.AspNetCore;
using Ftte.DependencyInjection;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.Storage;
using Ftte.TinyEngine;
using Ftte.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordinator;

/// <summary>Runs the coordinator.</summary>
internal sealed class Session(CoordinatorOptions options, TextWriter output)
{
    private const int TestExamples = 500, EvaluateEvery = 5;
    private const int MaxConnections = 20_000;
    private const ulong InitialSeed = 1;
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    private long _memoryBytes;

    /// <summary>Serves devices until the last version, Ctrl+C or SIGTERM.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Network network = NetworkZoo.Create(options.Model);
        IExampleSource test = DeviceData.For(network, DeviceData.Generate(network, TestExamples, seed: 0));
        await using WebApplication app = Build(network);
        FederatedServer server = Open(app.Services);
        app.UseRateLimiter();
        app.MapFtte();
        app.MapFtteIdentity();
        app.MapFtteStatus();
        app.MapHealthChecks("/health");
        await app.StartAsync(cancellationToken);
        Announce(app, network, server);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, app.Lifetime.ApplicationStopping);
        try
        {
            await foreach (ModelSnapshot model in server.WatchAsync(stopping.Token))
            {
                output.WriteLine(options.Evaluate > 0 ? $"{model.Version}" : $"{model.Version}: {Describe(network.Evaluate(model.Parameters.Span, test), network)}");
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

    private WebApplication Build(Network network)
    {
        Directory.CreateDirectory(options.Folder);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.ListenAnyIP(options.Port, listen => listen.UseHttps());
        });
        FtteServerBuilder federation = builder.Services.AddFtteServer()
            .UseModel(_ => new ModelSnapshot(network.Layout, default, network.Initialize(InitialSeed)))
            .UseAggregator(new BufferedAggregatorOptions { Capacity = options.Capacity });
        Fit(federation, network);
        federation = options.Database is { } database ? federation.UsePostgreSql(database) : federation.UseSqlite(options.File);
        if (options.Evaluate > 0)
        {
            federation.UseEvaluation(new EvaluationOptions { Devices = options.Evaluate, EveryVersions = EvaluateEvery, Evaluated = Report });
        }

        builder.Services.AddFtteIdentity(identity =>
        {
            identity.Folder = options.Folder;
            identity.Hosts = [.. new[] { options.Host, "localhost", "127.0.0.1", "::1" }.Distinct()];
        });
        builder.Services.AddHealthChecks().AddFtte(health => health.Folder = options.Folder);

        // Whoever is on this machine may look at the status page.
        builder.Services.AddAuthorizationBuilder().AddPolicy(FtteDefaults.AdminPolicy, policy => policy.RequireAssertion(
            context => context.Resource is HttpContext { Connection.RemoteIpAddress: { } address } && IPAddress.IsLoopback(address)));
        return builder.Build();
    }

    /// <summary>Selects what to train in the memory of the devices, or in the smallest sufficient power of two above it if no memory was specified.</summary>
    /// <exception cref="InputException">Nothing can be trained in the specified memory.</exception>
    private void Fit(FtteServerBuilder federation, Network network)
    {
        for (_memoryBytes = options.MemoryBytes; ; _memoryBytes *= 2)
        {
            try
            {
                federation.UseFittedSelection(network, _memoryBytes);
                return;
            }
            catch (BudgetTooSmallException refusal)
            {
                if (!options.MayRaiseMemory)
                {
                    throw new InputException($"--memory: training {options.Model} takes at least {ByteSize.ToText(refusal.Required)}, but {ByteSize.ToText(refusal.Available)} is specified. Specify more.", refusal);
                }
            }
        }
    }

    private static string Describe(in Evaluation evaluation, Network network) =>
        network.ClassCount == 0 ? string.Create(CultureInfo.InvariantCulture, $"test loss {evaluation.Loss:G4}") : string.Create(CultureInfo.InvariantCulture, $"test accuracy {evaluation.Accuracy:P1}");

    /// <summary>Writes the accuracy on the devices. The server has no examples of its own that resemble theirs.</summary>
    private void Report(FederatedEvaluation evaluation)
    {
        if (evaluation.GetStatistics(EvaluationMetric.Accuracy.Name) is { } accuracy)
        {
            output.WriteLine($"{evaluation.Version}: accuracy on {accuracy.Count} devices: median {accuracy.GetQuantile(0.5):P1}, lowest {accuracy.GetQuantile(0):P1}");
        }
    }

    /// <summary>Starts the federated server, which continues the run in its file.</summary>
    /// <exception cref="InputException">The file is not of this network, was written with other options, or is in use.</exception>
    private FederatedServer Open(IServiceProvider services)
    {
        try
        {
            return services.GetRequiredService<FederatedServer>();
        }
        catch (Exception error) when (error is StoreException or WireFormatException or ArgumentException or InvalidOperationException)
        {
            throw new InputException($"{(options.Database is null ? "--folder" : "--database")}: the run {(options.Database is null ? $"in '{options.Folder}'" : "in the database")} cannot be continued: {error.Message}", error);
        }
    }

    private void Announce(WebApplication app, Network network, FederatedServer server)
    {
        string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        string address = $"https://{options.Host}:{new Uri(bound.Replace("[::]", "localhost", StringComparison.Ordinal)).Port}/ftte";
        output.WriteLine($"Coordinating {options.Model}, {network.Layout.ParameterCount:N0} parameters, from {server.Current.Version} at {address}. State: {Path.GetFullPath(options.Folder)}");

        // A run that continues has the selection and the required memory of its state.
        string within = server.Current.Version.Number == 0 ? $"in {ByteSize.ToText(_memoryBytes)} of memory" : "as selected before";
        output.WriteLine($"Devices train {app.Services.GetRequiredService<SelectionHistory>().Current.Selection.Count:N0} of the parameters, {within}.");
        output.WriteLine($"Status page, on this machine: {address}/status");
        DeviceDirectory devices = app.Services.GetRequiredService<DeviceDirectory>();
        string authority = app.Services.GetRequiredService<CertificateAuthority>().Fingerprint;
        string memory = _memoryBytes == DeviceData.MemoryBytes ? "" : string.Create(CultureInfo.InvariantCulture, $" --memory {_memoryBytes}");
        for (int i = 0; i < options.Devices; i++)
        {
            output.WriteLine($"Start a device, within {TokenLifetime.TotalMinutes} minutes:");
            output.WriteLine($"dotnet run -c Release --project samples/Device -- --server {address} --model {options.Model}{memory} --authority {authority} --token {devices.CreateToken(TokenLifetime)}");
        }
    }
}
