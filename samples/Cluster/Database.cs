using System.Diagnostics;
using System.Globalization;
using Ftte.Samples.Shared;
using Npgsql;

namespace Cluster;

/// <summary>Runs a PostgreSQL server with a data folder and a port of its own, on the loopback interface.</summary>
internal sealed class Database : IAsyncDisposable
{
    private const string Folders = "/usr/lib/postgresql", Variable = "FTTE_POSTGRESQL", Name = "ftte", SystemUser = "postgres";

    private readonly ChildProcess _server;

    private Database(ChildProcess server, string connectionString) => (_server, ConnectionString) = (server, connectionString);

    public string ConnectionString { get; }

    public int Id => _server.Id;

    /// <summary>Starts the server, and creates the data folder and the database unless they exist.</summary>
    /// <exception cref="InputException">There are no programs of PostgreSQL, or the server does not start.</exception>
    public static async Task<Database> StartAsync(string folder, int port, CancellationToken cancellationToken)
    {
        string data = Path.Combine(folder, "database");
        if (!File.Exists(Path.Combine(data, "PG_VERSION")))
        {
            Directory.CreateDirectory(data);
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync(new ProcessStartInfo("chown", [SystemUser, data]), cancellationToken);
            }

            await RunAsync(Prepare("initdb", "--pgdata", data, "--username", Name, "--auth", "trust", "--encoding", "UTF8", "--no-locale"), cancellationToken);
        }

        // The sockets are in the data folder, which the server's user may write.
        ChildProcess server = ChildProcess.Start(
            Prepare("postgres", "-D", data, "-k", data, "-c", "listen_addresses=127.0.0.1", "-c", string.Create(CultureInfo.InvariantCulture, $"port={port}"), "-c", "max_connections=200"),
            Path.Combine(folder, "database"));
        var database = new Database(server, $"Host=127.0.0.1;Port={port};Username={Name};Database={Name};Command Timeout=10");
        try
        {
            await database.CreateAsync(folder, port, cancellationToken);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the server in order.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync("INT");
        await _server.DisposeAsync();
    }

    private static string FindPrograms()
    {
        string? folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path
            : !Directory.Exists(Folders) ? null
            : Directory.GetDirectories(Folders).Select(version => Path.Combine(version, "bin")).LastOrDefault(programs => File.Exists(Path.Combine(programs, "initdb")));
        return folder is not null && File.Exists(Path.Combine(folder, "initdb")) ? folder
            : throw new InputException($"PostgreSQL is not on this machine; install the package postgresql, or set {Variable} to the folder with initdb and postgres.");
    }

    /// <summary>Prepares the start of a program. PostgreSQL refuses to run as root, so that root runs it as the user <c>postgres</c>.</summary>
    private static ProcessStartInfo Prepare(string program, params string[] arguments)
    {
        string file = Path.Combine(FindPrograms(), program);
        return Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", [$"--reuid={SystemUser}", $"--regid={SystemUser}", "--init-groups", file, .. arguments]) { WorkingDirectory = "/" }
            : new ProcessStartInfo(file, arguments);
    }

    private static async Task RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken), error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        await output;
        if (process.ExitCode != 0)
        {
            throw new InputException($"{start.FileName} ended with exit code {process.ExitCode}: {(await error).ReplaceLineEndings(" ")}");
        }
    }

    private async Task CreateAsync(string folder, int port, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={port};Username={Name};Database={SystemUser};Pooling=false");
        while (connection.State == System.Data.ConnectionState.Closed)
        {
            try
            {
                await connection.OpenAsync(cancellationToken);
            }
            catch (NpgsqlException error)
            {
                if (_server.Ended.IsCompleted)
                {
                    throw new InputException($"The database does not start; see {Path.Combine(folder, "database.err")}. {error.Message}", error);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
            }
        }

        await using var find = new NpgsqlCommand($"SELECT count(*) FROM pg_database WHERE datname = '{Name}'", connection);
        if (await find.ExecuteScalarAsync(cancellationToken) is 0L)
        {
            await using var create = new NpgsqlCommand($"CREATE DATABASE {Name}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
