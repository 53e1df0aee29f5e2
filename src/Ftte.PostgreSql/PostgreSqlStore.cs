using System.Runtime.CompilerServices;
using Ftte.Storage;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Represents a durable store for one federation in a PostgreSQL database. Commits are flushed to the disk of the database server.</summary>
/// <remarks>
/// <para>One server at a time may own a federation. A second one fails when it starts. If the first one lost its session, for example because the network failed, and another one took over, commits of
/// the first one fail: each validates the number of its owner within its transaction.</para>
/// <para>If the database restarts or cannot be reached, commits fail with a transient <see cref="StoreException"/>, so the server repeats them and devices receive <c>Busy</c> meanwhile.</para>
/// <para>Checkpoints and versions are identified by their SHA-256, which is validated when they are read. Records contain checksums of their own.</para>
/// <para><b>Threading</b>: <see cref="GetVersionsAsync"/> and <see cref="ReadVersionAsync"/> may be called from any thread, also without loading the store. The server calls the other
/// members.</para>
/// </remarks>
public sealed class PostgreSqlStore : IServerStore
{
    private const string SelectVersions = "SELECT number, parameters, layout, sha256 FROM ftte.version WHERE federation = (SELECT id FROM ftte.federation WHERE name = $1)";

    private readonly StoreTarget _target;
    private readonly int _keepVersions;
    private StoreSession? _session;
    private StoreWriter? _writer;

    /// <summary>Creates a store for the federation <c>default</c>. The database is connected when the store is loaded.</summary>
    /// <param name="connectionString">The connection string. The database must exist.</param>
    /// <exception cref="ArgumentException">The connection string is empty or not valid.</exception>
    public PostgreSqlStore(string connectionString)
        : this(new PostgreSqlStoreOptions { ConnectionString = connectionString })
    {
    }

    /// <summary>Creates a store with options.</summary>
    /// <param name="options">The options; validated and read at once.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public PostgreSqlStore(PostgreSqlStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _target = new StoreTarget(options);
        _keepVersions = options.KeepVersions ?? int.MaxValue;
    }

    /// <inheritdoc />
    /// <remarks>Creates the tables in the schema <c>ftte</c> if there are none, and upgrades those of an earlier version of this library.</remarks>
    /// <exception cref="InvalidOperationException">The store was already loaded.</exception>
    public async ValueTask<StoreContent> LoadAsync(CancellationToken cancellationToken = default)
    {
        if (_session is not null)
        {
            throw new InvalidOperationException("The store was already loaded. Create another one to load it again.");
        }

        return await _target.RunAsync(async () =>
        {
            StoreSession session = await StoreSession.TakeOverAsync(_target, cancellationToken).ConfigureAwait(false);
            try
            {
                NpgsqlConnection connection = await session.GetConnectionAsync(cancellationToken).ConfigureAwait(false);
                StoreCheckpoint? checkpoint = await ReadCheckpointAsync(connection, session.Federation, cancellationToken).ConfigureAwait(false);
                (_session, _writer) = (session, new StoreWriter(_target, session, _keepVersions));
                return new StoreContent(checkpoint, ReadRecordsAsync(session, checkpoint?.Position ?? 0, CancellationToken.None));
            }
            catch
            {
                await session.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask CommitAsync(StoreBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        StoreWriter writer = _writer ?? throw new InvalidOperationException("The store was not loaded or is closed. Load it before the first commit, and dispose it after the last one.");
        try
        {
            await _target.RunAsync(async () =>
            {
                await writer.WriteAsync(batch, cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
        catch
        {
            // It is not known what the session still does. The server ends it, and the next commit opens another one.
            await _session!.ResetAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Returns the published versions that the store contains.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The versions in ascending order.</returns>
    /// <exception cref="StoreException">The database cannot be read, or has no store.</exception>
    public Task<IReadOnlyList<StoredVersion>> GetVersionsAsync(CancellationToken cancellationToken = default) => ReadAsync<IReadOnlyList<StoredVersion>>(
        async connection => await ReadVersionsAsync(connection, $"{SelectVersions} ORDER BY number", cancellationToken, _target.Federation).ConfigureAwait(false), cancellationToken);

    /// <summary>Reads a published version, for example to write it to a safetensors file.</summary>
    /// <param name="version">The number of the version.</param>
    /// <param name="layout">The layout of the model.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The version.</returns>
    /// <exception cref="ArgumentException">The layout is not that of the version.</exception>
    /// <exception cref="KeyNotFoundException">The store does not contain the version.</exception>
    /// <exception cref="StoreException">The database cannot be read, has no store, or is corrupt.</exception>
    public Task<ModelSnapshot> ReadVersionAsync(ModelVersion version, ParameterLayout layout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return ReadAsync(async connection =>
        {
            List<StoredVersion> found = await ReadVersionsAsync(connection, $"{SelectVersions} AND number = $2", cancellationToken, _target.Federation, version.Number).ConfigureAwait(false);
            StoredVersion stored = found.SingleOrDefault()
                ?? throw new KeyNotFoundException($"The store of {_target} does not contain version {version}. {nameof(GetVersionsAsync)} returns those that it contains.");
            if (stored.LayoutFingerprint != layout.Fingerprint || stored.ParameterCount != layout.ParameterCount)
            {
                throw new ArgumentException($"Version {version} has {stored.ParameterCount} parameters and layout {stored.LayoutFingerprint:x16}, but the specified layout has {layout}. Specify the layout of the stored model.", nameof(layout));
            }

            int federation = await connection.ReadAsync<int>("SELECT id FROM ftte.federation WHERE name = $1", cancellationToken, _target.Federation).ConfigureAwait(false);
            float[] parameters = await BlobTable.ReadAsync<float>(connection, _target, federation, Convert.FromHexString(stored.Sha256), stored.ParameterCount, cancellationToken).ConfigureAwait(false);
            return new ModelSnapshot(layout, version, parameters);
        }, cancellationToken);
    }

    /// <summary>Closes the session and ends the ownership.</summary>
    /// <returns>A task that completes when the session is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
        {
            await _session.DisposeAsync().ConfigureAwait(false);
        }

        _writer = null;
    }

    private async Task<StoreCheckpoint?> ReadCheckpointAsync(NpgsqlConnection connection, int federation, CancellationToken cancellationToken)
    {
        long position, length;
        byte[] sha256;
        await using (NpgsqlCommand select = connection.Prepare("SELECT position, sha256, length FROM ftte.checkpoint WHERE federation = $1", federation))
        {
            await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            (position, sha256, length) = (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetInt64(2));
        }

        return new StoreCheckpoint(position, await BlobTable.ReadAsync<byte>(connection, _target, federation, sha256, length, cancellationToken).ConfigureAwait(false));
    }

    private async IAsyncEnumerable<StoreRecord> ReadRecordsAsync(StoreSession session, long position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await _target.RunAsync(() => session.GetConnectionAsync(cancellationToken)).ConfigureAwait(false);
        await using NpgsqlCommand select = connection.Prepare("SELECT number, bytes FROM ftte.log WHERE federation = $1 AND number > $2 ORDER BY number", session.Federation, position);
        await using NpgsqlDataReader reader = await _target.RunAsync(() => select.ExecuteReaderAsync(cancellationToken)).ConfigureAwait(false);
        long expected = position;
        while (await _target.RunAsync(() => reader.ReadAsync(cancellationToken)).ConfigureAwait(false))
        {
            var record = new StoreRecord(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
            if (record.Number != ++expected)
            {
                throw StoreErrors.Damaged(_target, $"record {expected} is missing");
            }

            yield return record;
        }
    }

    private static async Task<List<StoredVersion>> ReadVersionsAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken, params object[] values)
    {
        var versions = new List<StoredVersion>();
        await using NpgsqlCommand select = connection.Prepare(statement, values);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            versions.Add(new StoredVersion(
                new ModelVersion(reader.GetInt64(0)), reader.GetInt32(1), unchecked((ulong)reader.GetInt64(2)), Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(3))));
        }

        return versions;
    }

    private Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken) => _target.RunAsync(async () =>
    {
        await using NpgsqlConnection connection = await _target.OpenAsync(cancellationToken).ConfigureAwait(false);
        int schema = await Schema.CheckAsync(connection, _target, cancellationToken).ConfigureAwait(false);
        return schema == Schema.Version
            ? await read(connection).ConfigureAwait(false)
            : throw new StoreException(schema == 0
                ? $"There is no store of {_target}. Start a server with it once, or correct the connection string."
                : $"The store of {_target} has schema version {schema}. Start a server with it once to upgrade it to version {Schema.Version}.");
    });
}
