using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Ftte.AspNetCore;

namespace Ftte.LoadTest;

/// <summary>Runs the coordinator as a child process with a folder of its own, which is deleted at the end.</summary>
internal sealed class CoordinatorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly CertificateAuthority _authority;

    private CoordinatorProcess(Process process, string folder, Uri address, CertificateAuthority authority) =>
        (_process, Folder, Address, _authority) = (process, folder, address, authority);

    /// <summary>Gets the folder of the store.</summary>
    public string Folder { get; }

    /// <summary>Gets the address of the endpoints, with a slash at the end.</summary>
    public Uri Address { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the process and waits until it listens.</summary>
    /// <exception cref="IOException">The process ended before.</exception>
    public static async Task<CoordinatorProcess> StartAsync(Workload workload)
    {
        string folder = Directory.CreateTempSubdirectory("ftte-load-").FullName;
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(CoordinatorProcess).Assembly.Location);
        }

        string[] arguments = ["--serve", folder, "--parameters", Text(workload.Parameters), "--devices", Text(workload.Devices), "--capacity", Text(workload.Capacity), "--download", workload.Download.ToString(), "--tls", workload.UseTls ? "on" : "off"];
        Array.ForEach(arguments, start.ArgumentList.Add);

        // As docs/deployment.md recommends; a setting of the caller precedes.
        start.Environment.TryAdd("DOTNET_GCgen0size", "0x2000000");
        Process process = Process.Start(start)!;
        string? address = await process.StandardOutput.ReadLineAsync();
        return address is null
            ? throw new IOException("The coordinator ended before it listened. Its error output above states the reason.")
            : new CoordinatorProcess(process, folder, new Uri(address), CertificateAuthority.LoadOrCreate(folder, Coordinator.AuthorityName));
    }

    /// <summary>Creates a client with one HTTP/2 connection.</summary>
    public HttpClient CreateClient()
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1 };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { _authority.Certificate },
        };
        return new HttpClient(handler) { BaseAddress = Address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    /// <summary>Asks the process what it has used.</summary>
    /// <exception cref="IOException">The process has ended.</exception>
    public async Task<ServerUsage> GetUsageAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync() is { } line
            ? JsonSerializer.Deserialize<ServerUsage>(line)!
            : throw new IOException("The coordinator ended during the run. Its error output above states the reason.");
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
        _authority.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
