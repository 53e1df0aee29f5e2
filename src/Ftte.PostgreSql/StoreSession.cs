using System.Data;
using Ftte.Storage;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Represents the ownership of a federation: a number that increases with each owner, and a lock that lasts as long as the session.</summary>
/// <remarks>
/// The number decides: every commit validates it with the row locked, so an earlier owner can never write. The lock only makes a second server fail at its start instead of taking over a
/// running federation. If the session ends, for example because the database restarts, the next commit opens another one under the same number.
/// </remarks>
internal sealed class StoreSession : IAsyncDisposable
{
    private readonly StoreTarget _target;
    private NpgsqlConnection? _connection;

    private StoreSession(StoreTarget target, NpgsqlConnection connection, int federation) => (_target, _connection, Federation) = (target, connection, federation);

    /// <summary>Gets the number of the federation.</summary>
    public int Federation { get; }

    /// <summary>Gets the number of this owner.</summary>
    public long Epoch { get; private set; }

    /// <summary>Creates the tables if necessary and takes over the federation.</summary>
    /// <exception cref="StoreException">Another server owns it, or the tables are not usable.</exception>
    public static async Task<StoreSession> TakeOverAsync(StoreTarget target, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await target.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Schema.UpgradeAsync(connection, target, cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(
                "INSERT INTO ftte.federation (name, epoch) SELECT $1, 0 WHERE NOT EXISTS (SELECT 1 FROM ftte.federation WHERE name = $1) ON CONFLICT DO NOTHING",
                cancellationToken,
                target.Federation).ConfigureAwait(false);
            int federation = await connection.ReadAsync<int>("SELECT id FROM ftte.federation WHERE name = $1", cancellationToken, target.Federation).ConfigureAwait(false);
            if (!await TryLockAsync(connection, federation, cancellationToken).ConfigureAwait(false))
            {
                throw new StoreException($"The store of {target} is in use by another server ({await DescribeOwnerAsync(connection, federation, cancellationToken).ConfigureAwait(false)}). Stop that server first, or specify another federation for this one.");
            }

            if (await connection.ReadAsync<long>("SELECT count(*) FROM ftte.cluster WHERE federation = $1", cancellationToken, federation).ConfigureAwait(false) > 0)
            {
                throw new StoreException($"The store of {target} belongs to a cluster. Start silos for it, or specify another federation for this server.");
            }

            return new StoreSession(target, connection, federation)
            {
                Epoch = await connection.ReadAsync<long>("UPDATE ftte.federation SET epoch = epoch + 1 WHERE id = $1 RETURNING epoch", cancellationToken, federation).ConfigureAwait(false),
            };
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Returns the session, or opens another one if it ended.</summary>
    /// <exception cref="StoreException">Another server has taken over the federation, or an earlier session of this one has not ended yet.</exception>
    public async Task<NpgsqlConnection> GetConnectionAsync(CancellationToken cancellationToken)
    {
        if (_connection is { State: ConnectionState.Open } open)
        {
            return open;
        }

        await ResetAsync().ConfigureAwait(false);
        NpgsqlConnection connection = await _target.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await connection.ReadAsync<long>("SELECT epoch FROM ftte.federation WHERE id = $1", cancellationToken, Federation).ConfigureAwait(false) != Epoch)
            {
                throw StoreErrors.TakenOver(_target);
            }

            if (!await TryLockAsync(connection, Federation, cancellationToken).ConfigureAwait(false))
            {
                throw new StoreException(
                    $"The store of {_target} is locked by an earlier session ({await DescribeOwnerAsync(connection, Federation, cancellationToken).ConfigureAwait(false)}). The database ends it within a minute.", innerException: null, isTransient: true);
            }

            return _connection = connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the session if its connection is broken or may still be busy.</summary>
    public async ValueTask ResetAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
            _connection = null;
        }
    }

    /// <summary>Ends the session and the ownership.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_connection is not null)
            {
                // The server notices the end of a session a moment later; the next owner must not wait for it.
                await _connection.ExecuteAsync("SELECT pg_advisory_unlock_all()", CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException or IOException)
        {
            // A broken session has no locks, or loses them soon.
        }

        await ResetAsync().ConfigureAwait(false);
    }

    /// <summary>Takes the lock of a federation. Waits for a moment, because the session of a process that was killed ends a moment later.</summary>
    /// <returns>False if another session has the lock.</returns>
    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, int federation, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync("SET lock_timeout = '2s'", cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync("SELECT pg_advisory_lock($1, $2)", cancellationToken, Schema.LockClass, federation).ConfigureAwait(false);
            await connection.ExecuteAsync("RESET lock_timeout", cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    private static async Task<string> DescribeOwnerAsync(NpgsqlConnection connection, int federation, CancellationToken cancellationToken) => await connection.ReadAsync<string>(
        """
        SELECT 'session ' || pid || coalesce(' of ' || nullif(application_name, ''), '') || coalesce(' from ' || host(client_addr), '') || coalesce(', since ' || date_trunc('second', backend_start)::text, '')
        FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND classid = $1::int::oid AND objid = $2::int::oid AND granted
            AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """,
        cancellationToken,
        Schema.LockClass, federation).ConfigureAwait(false) ?? "a session that has ended";
}
