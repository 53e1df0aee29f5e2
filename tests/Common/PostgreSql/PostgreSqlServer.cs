using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Ftte.PostgreSql.Tests;

/// <summary>A database server of the tests, with a folder of its own. It listens on a socket in that folder only.</summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    private string? _folder;
    private Process? _process;
    private int _databases;

    public async Task InitializeAsync()
    {
        if (PostgreSqlPrograms.Obstacle is not null)
        {
            return;
        }

        _folder = Directory.CreateTempSubdirectory("ftte-postgresql-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(new ProcessStartInfo("chown", ["postgres", _folder]));
        }

        await RunAsync(PostgreSqlPrograms.Prepare("initdb", "--pgdata", Data, "--username", "ftte", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"));
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_folder is not null)
        {
            await StopAsync("INT");
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Creates an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"db{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(ConnectionString("postgres"), $"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    public string ConnectionString(string database) => $"Host={_folder};Username=ftte;Database={database};Pooling=false;Timeout=60";

    public static async Task ExecuteAsync(string connectionString, string statement)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await connection.ExecuteAsync(statement, CancellationToken.None);
    }

    public static async Task<T?> ReadAsync<T>(string connectionString, string statement)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return await connection.ReadAsync<T>(statement, CancellationToken.None);
    }

    /// <summary>Starts the server and waits until it accepts connections.</summary>
    public async Task StartAsync()
    {
        // Without fsync: processes are killed here, not machines, and what was passed to the kernel survives the end of a process.
        ProcessStartInfo start = PostgreSqlPrograms.Prepare(
            "postgres", "-D", Data, "-k", _folder!, "-c", "listen_addresses=", "-c", "max_connections=40", "-c", "shared_buffers=32MB", "-c", "fsync=off");
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        for (int i = 0; ; i++)
        {
            try
            {
                await ReadAsync<int>(ConnectionString("postgres"), "SELECT 1");
                return;
            }
            catch (NpgsqlException) when (i < 1200 && !_process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    /// <summary>Stops the server.</summary>
    /// <param name="signal"><c>INT</c> ends all sessions in order; <c>QUIT</c> aborts, so that the next start recovers from the write-ahead log.</param>
    public async Task StopAsync(string signal)
    {
        await RunAsync(new ProcessStartInfo("kill", ["-s", signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]));
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private string Data => Path.Combine(_folder!, "data");

    private static async Task RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {await output}{await error}");
    }
}
