using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Cluster;
using Ftte.AspNetCore;

namespace Ftte.LoadTest;

/// <summary>Represents the processes under load, with a folder of their own, which is deleted at the end.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Topology _topology;
    private readonly Workload _workload;
    private readonly CertificateAuthority _authority;
    private readonly List<ServerProcess> _servers = [];
    private Database? _database;

    private Deployment(string folder, Topology topology, Workload workload)
    {
        (_folder, _topology, _workload) = (folder, topology, workload);
        _authority = CertificateAuthority.LoadOrCreate(folder, Coordinator.AuthorityName);
    }

    /// <summary>Gets a value that indicates whether a process has ended.</summary>
    public bool HasExited => _servers.Exists(server => server.HasExited);

    /// <summary>Starts the processes and waits until they listen.</summary>
    /// <exception cref="IOException">A process ended before.</exception>
    public static async Task<Deployment> StartAsync(Topology topology, Workload workload)
    {
        var deployment = new Deployment(Directory.CreateTempSubdirectory("ftte-load-").FullName, topology, workload);
        try
        {
            await deployment.StartAsync();
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates a client with one HTTP/2 connection to one of the servers, in turn.</summary>
    public HttpClient CreateClient(int number)
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1 };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { _authority.Certificate },
        };
        return new HttpClient(handler)
        {
            BaseAddress = _servers[number % _servers.Count].Address,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>Asks the processes what they have used: the memory of the one with the most, and the CPU time of all.</summary>
    /// <exception cref="IOException">A process has ended.</exception>
    public async Task<ServerUsage> GetUsageAsync()
    {
        ServerUsage[] all = await Task.WhenAll(_servers.Select(server => server.GetUsageAsync()));
        return new ServerUsage(all.Max(usage => usage.RssBytes), all.Max(usage => usage.PeakRssBytes), all.Sum(usage => usage.CpuSeconds));
    }

    /// <summary>Returns the CPU time of the database; 0 if there is none.</summary>
    public double GetDatabaseSeconds() => _database is { } database ? ProcessTree.GetCpuSeconds(database.Id) : 0;

    /// <summary>Kills the servers, without a chance to write anything, and counts the updates in the store.</summary>
    public async Task<long> CountStoredAsync()
    {
        await Task.WhenAll(_servers.Select(server => server.KillAsync()));
        return _topology.Silos > 0
            ? await StoredUpdates.CountClusterAsync(_database!.ConnectionString, _workload)
            : await StoredUpdates.CountAsync(_database?.ConnectionString, _folder, _workload);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServerProcess server in _servers)
        {
            await server.DisposeAsync();
        }

        if (_database is { } database)
        {
            await database.DisposeAsync();
        }

        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task StartAsync()
    {
        if (_topology.HasDatabase)
        {
            if (!OperatingSystem.IsWindows())
            {
                // The database does not run as root, and must reach its folder.
                File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            }

            _database = await Database.StartAsync(_folder, FindFreePort(), CancellationToken.None);
        }

        if (_topology.Registered > 0)
        {
            await RegisteredClients.AddAsync(_database!.ConnectionString, _topology, _workload);
        }

        for (int i = 0; i < Math.Max(1, _topology.Silos); i++)
        {
            var options = new ServerOptions(_folder, _database?.ConnectionString, _topology.Silos > 0 ? FindFreePort() : null, _topology.Shards);
            _servers.Add(await ServerProcess.StartAsync(options, _workload));
        }
    }
}
