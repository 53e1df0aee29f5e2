using Ftte.Storage;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Represents a federation in a database: how to connect to it, and how messages name it.</summary>
internal sealed class StoreTarget
{
    private const int MaxPooledSessions = 10;

    private readonly string _connectionString;
    private readonly string _database;

    public StoreTarget(PostgreSqlStoreOptions options)
    {
        var builder = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        _database = $"PostgreSQL database '{builder.Database ?? builder.Username}' at {builder.Host}{(builder.Host!.StartsWith('/') ? "" : $":{builder.Port}")}";

        // The session belongs to one store: its lock ends with it. Statements are few and repeat.
        builder.Pooling = false;
        builder.ApplicationName ??= "Ftte";
        builder.MaxAutoPrepare = Math.Max(builder.MaxAutoPrepare, 20);
        builder.AutoPrepareMinUsages = 2;
        _connectionString = builder.ConnectionString;

        // A cluster has many statements at a time, which share a few sessions.
        builder.Pooling = true;
        builder.MaxPoolSize = Math.Min(builder.MaxPoolSize, MaxPooledSessions);
        PooledConnectionString = builder.ConnectionString;
        Federation = options.Federation;
    }

    /// <summary>Gets the name of the federation.</summary>
    public string Federation { get; }

    /// <summary>Gets the connection string of sessions that are shared by the statements of a cluster.</summary>
    public string PooledConnectionString { get; }

    /// <summary>Opens a session.</summary>
    /// <exception cref="NpgsqlException">The server cannot be reached or refuses the session.</exception>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);

            await PrepareSessionAsync(connection, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sets up a session. Its commits are flushed to the disk whatever the default of the server is. If this machine disappears, the server ends the session, and with it its locks, within a minute.</summary>
    public static Task PrepareSessionAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => connection.ExecuteAsync(
        """
        SELECT set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN 'on' ELSE current_setting('synchronous_commit') END, false),
            set_config('tcp_keepalives_idle', '15', false), set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false),
            set_config('idle_in_transaction_session_timeout', '60s', false)
        """,
        cancellationToken);

    /// <summary>Runs an operation and translates its errors.</summary>
    /// <exception cref="StoreException">The operation failed.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> operation)
    {
        try
        {
            return await operation().ConfigureAwait(false);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            throw StoreErrors.Translate(this, error);
        }
    }

    /// <inheritdoc />
    public override string ToString() => $"federation '{Federation}' in {_database}";
}
