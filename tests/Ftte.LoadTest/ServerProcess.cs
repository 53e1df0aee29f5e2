using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Ftte.LoadTest;

/// <summary>Runs a coordinator or a silo as a child process.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Gets the address of the endpoints, with a slash at the end.</summary>
    public Uri Address { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the process and waits until it listens.</summary>
    /// <exception cref="IOException">The process ended before.</exception>
    public static async Task<ServerProcess> StartAsync(ServerOptions options, Workload workload)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        }

        string[] arguments = ["--serve", options.Folder, "--parameters", Text(workload.Parameters), "--devices", Text(workload.Devices), "--capacity", Text(workload.Capacity), "--download", workload.Download.ToString(), "--tls", workload.UseTls ? "on" : "off"];
        arguments = options.Database is { } database ? [.. arguments, "--database", database] : arguments;
        arguments = options.SiloPort is { } port ? [.. arguments, "--silo-port", Text(port), "--shards", Text(options.Shards)] : arguments;
        Array.ForEach(arguments, start.ArgumentList.Add);

        // As docs/deployment.md recommends; a setting of the caller precedes.
        start.Environment.TryAdd("DOTNET_GCgen0size", "0x1000000");
        start.Environment.TryAdd("MALLOC_ARENA_MAX", "2");
        Process process = Process.Start(start)!;
        string? address = await process.StandardOutput.ReadLineAsync();
        return address is null
            ? throw new IOException("The server ended before it listened. Its error output above states the reason.")
            : new ServerProcess(process, new Uri(address));
    }

    /// <summary>Asks the process what it has used.</summary>
    /// <exception cref="IOException">The process has ended.</exception>
    public async Task<ServerUsage> GetUsageAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync() is { } line
            ? JsonSerializer.Deserialize<ServerUsage>(line)!
            : throw new IOException("The server ended during the run. Its error output above states the reason.");
    }

    /// <summary>Ends the process without a chance to write anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
