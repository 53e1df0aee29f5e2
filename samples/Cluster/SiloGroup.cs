using System.Diagnostics;
using System.Globalization;
using Ftte.Samples.Shared;

namespace Cluster;

/// <summary>Starts silo processes, and starts those again that were killed.</summary>
/// <param name="options">The options.</param>
/// <param name="connectionString">The database.</param>
/// <param name="output">Receives what happens.</param>
internal sealed class SiloGroup(ClusterOptions options, string connectionString, TextWriter output) : IAsyncDisposable
{
    private static readonly TimeSpan RestartWait = TimeSpan.FromSeconds(10);

    private readonly ChildProcess?[] _silos = new ChildProcess?[options.Silos];

    /// <summary>Gets the addresses of the endpoints.</summary>
    public IEnumerable<Uri> Addresses => Enumerable.Range(0, options.Silos).Select(silo => new Uri($"http://127.0.0.1:{options.Port + silo}/ftte"));

    /// <summary>Kills a silo of a cluster that another process runs.</summary>
    /// <exception cref="InputException">No such silo runs.</exception>
    public static void Kill(string folder, int silo)
    {
        string file = GetIdFile(folder, silo);
        try
        {
            using var process = Process.GetProcessById(int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture));
            process.Kill();
        }
        catch (Exception error) when (error is IOException or ArgumentException or FormatException)
        {
            throw new InputException($"--kill {silo}: no such silo runs in the folder '{folder}'; start the cluster first.", error);
        }
    }

    /// <summary>Starts all silos.</summary>
    /// <exception cref="InputException">A silo does not start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (int silo = 0; silo < options.Silos; silo++)
        {
            await StartAsync(silo, cancellationToken);
        }
    }

    /// <summary>Starts silos again that end, until the call is canceled.</summary>
    public Task WatchAsync(CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, options.Silos).Select(silo => WatchAsync(silo, cancellationToken)));

    /// <summary>Stops all silos in order.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int silo = 0; silo < options.Silos; silo++)
        {
            if (_silos[silo] is { } process)
            {
                await process.StopAsync(signal: null);
                await process.DisposeAsync();
                File.Delete(GetIdFile(options.Folder, silo + 1));
            }
        }
    }

    private static string GetIdFile(string folder, int silo) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"silo-{silo}.pid"));

    private async Task WatchAsync(int silo, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _silos[silo]!.Ended.WaitAsync(cancellationToken);
            output.WriteLine($"Silo {silo + 1} has ended. The others take over its shards. It is started again in {RestartWait.TotalSeconds:F0} s.");
            await Task.Delay(RestartWait, TimeProvider.System, cancellationToken);
            await _silos[silo]!.DisposeAsync();
            await StartAsync(silo, cancellationToken);
            output.WriteLine($"Silo {silo + 1} runs again.");
        }
    }

    private async Task StartAsync(int silo, CancellationToken cancellationToken)
    {
        string program = typeof(SiloGroup).Assembly.Location;
        string log = Path.Combine(options.Folder, string.Create(CultureInfo.InvariantCulture, $"silo-{silo + 1}"));
        ChildProcess process = _silos[silo] = ChildProcess.Start(
            new ProcessStartInfo("dotnet", [program, "--silo", connectionString, Text(options.Port + silo), Text(options.Port + options.Silos + silo)]), log);
        await File.WriteAllTextAsync(GetIdFile(options.Folder, silo + 1), Text(process.Id), cancellationToken);
        if (!await process.WaitUntilReadyAsync(cancellationToken))
        {
            throw new InputException($"Silo {silo + 1} does not start; see {log}.log and {log}.err. Are the ports from {options.Port} on free?");
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
