using System.Globalization;
using Ftte.Storage;
using Microsoft.Data.Sqlite;

namespace Ftte.Sqlite;

/// <summary>Represents a durable store in one SQLite file, with a write-ahead log that is flushed to the disk with every commit.</summary>
/// <remarks>
/// <para>One server at a time may own the store. While it does, other processes may read the file, for example for a backup with <c>sqlite3</c>.</para>
/// <para>Checkpoints and versions are believed by content: their SHA-256 is validated when they are read. Records contain checksums of their own.</para>
/// <para><b>Threading</b>: <see cref="GetVersions"/>, <see cref="ReadVersion"/> and <see cref="BackupAsync"/> may be called from any thread, also without loading the store, and do
/// not delay the server's commits. The server calls the other members.</para>
/// </remarks>
public sealed class SqliteStore : IServerStore
{
    private const int PageBytes = 8192;

    private readonly SqliteStoreOptions _options;
    private readonly string _path;
    private OwnerLock? _lock;
    private SqliteConnection? _connection;
    private StoreWriter? _writer;

    /// <summary>Creates a store. The file is opened, or created, when the store is loaded.</summary>
    /// <param name="path">The path of the database file.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public SqliteStore(string path)
        : this(new SqliteStoreOptions { Path = path })
    {
    }

    /// <summary>Creates a store with options.</summary>
    /// <param name="options">The options; validated and copied at once.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public SqliteStore(SqliteStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options.Copy();
        _path = Path.GetFullPath(options.Path);
    }

    /// <inheritdoc />
    /// <remarks>Upgrades the tables of an earlier version of this library. Make a backup before an upgrade; earlier versions cannot read upgraded files.</remarks>
    /// <exception cref="InvalidOperationException">The store was already loaded.</exception>
    public ValueTask<StoreContent> LoadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_lock is not null)
        {
            throw new InvalidOperationException("The store was already loaded. Create another one to load it again.");
        }

        _lock = OwnerLock.Take(_path);
        try
        {
            return new ValueTask<StoreContent>(StoreErrors.Run(_path, Load));
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask CommitAsync(StoreBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        cancellationToken.ThrowIfCancellationRequested();
        StoreWriter writer = _writer ?? throw new InvalidOperationException("The store was not loaded or is closed. Load it before the first commit, and dispose it after the last one.");
        StoreErrors.Run(_path, () =>
        {
            writer.Write(batch);
            return true;
        });
        return default;
    }

    /// <summary>Returns the published versions that the store contains.</summary>
    /// <returns>The versions in ascending order.</returns>
    /// <exception cref="StoreException">The file cannot be read, or is not a store.</exception>
    public IReadOnlyList<StoredVersion> GetVersions() => Read(connection => ReadVersions(connection, "SELECT number, parameters, layout, sha256 FROM version ORDER BY number"));

    /// <summary>Reads a published version, for example to write it to a safetensors file.</summary>
    /// <param name="version">The number of the version.</param>
    /// <param name="layout">The layout of the model.</param>
    /// <returns>The version.</returns>
    /// <exception cref="ArgumentException">The layout is not that of the version.</exception>
    /// <exception cref="KeyNotFoundException">The store does not contain the version.</exception>
    /// <exception cref="StoreException">The file cannot be read, is not a store, or is corrupt.</exception>
    public ModelSnapshot ReadVersion(ModelVersion version, ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return Read(connection =>
        {
            StoredVersion stored = ReadVersions(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT number, parameters, layout, sha256 FROM version WHERE number = {version.Number}"))
                .SingleOrDefault() ?? throw new KeyNotFoundException($"The store '{_path}' does not contain version {version}. {nameof(GetVersions)} returns those that it contains.");
            if (stored.LayoutFingerprint != layout.Fingerprint || stored.ParameterCount != layout.ParameterCount)
            {
                throw new ArgumentException($"Version {version} has {stored.ParameterCount} parameters and layout {stored.LayoutFingerprint:x16}, but the specified layout has {layout}. Specify the layout of the stored model.", nameof(layout));
            }

            float[] parameters = BlobTable.Read<float>(connection, _path, Convert.FromHexString(stored.Sha256), stored.ParameterCount);
            return ModelSnapshot.TakeOver(layout, version, parameters);
        });
    }

    /// <summary>Writes a consistent copy of the store to another file while the server runs.</summary>
    /// <param name="path">The path of the copy. An existing file is replaced when the copy is complete and on the disk.</param>
    /// <param name="cancellationToken">Cancels the call before the copy begins.</param>
    /// <returns>A task that completes when the copy is durable.</returns>
    /// <exception cref="StoreException">The store cannot be read, or the copy cannot be written.</exception>
    public Task BackupAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string target = Path.GetFullPath(path);
        return target == _path
            ? throw new ArgumentException("The path of the copy is the store itself. Specify another path.", nameof(path))
            : Task.Run(() => Read(connection => Copy(connection, target)), cancellationToken);
    }

    /// <summary>Closes the file and ends the ownership.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        Close();
        return default;
    }

    /// <summary>Changes the maximum size at run time.</summary>
    internal void SetMaxBytes(long? bytes)
    {
        const long MaxPages = 0xFFFFFFFE;
        long pageBytes = _connection!.ReadLong("PRAGMA page_size");
        _connection!.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {Math.Min(MaxPages, bytes / pageBytes ?? MaxPages)}"));
    }

    private StoreContent Load()
    {
        Schema.CheckFile(_path);
        _connection = SqliteConnectionExtensions.Open(_path, SqliteOpenMode.ReadWriteCreate);
        int schema = Schema.Check(_connection, _path);

        // The order matters: the size of pages cannot change after the first write.
        _connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA page_size = {PageBytes}"));
        _connection.Execute("PRAGMA journal_mode = WAL");
        _connection.Execute("PRAGMA synchronous = FULL");
        _connection.Execute("PRAGMA wal_autocheckpoint = 2000");
        _connection.Execute("PRAGMA journal_size_limit = 67108864");
        SetMaxBytes(_options.MaxBytes);
        Schema.Upgrade(_connection, schema, Schema.Version);
        _connection.Execute("UPDATE owner SET epoch = epoch + 1");
        _writer = new StoreWriter(_connection, _path, _options.KeepVersions ?? int.MaxValue, _connection.ReadLong("SELECT epoch FROM owner"));
        StoreCheckpoint? checkpoint = ReadCheckpoint();
        return new StoreContent(checkpoint, ReadRecords(checkpoint?.Position ?? 0).ToAsyncEnumerable());
    }

    private StoreCheckpoint? ReadCheckpoint()
    {
        using SqliteCommand select = _connection!.Prepare("SELECT position, sha256, length FROM checkpoint");
        using SqliteDataReader reader = select.ExecuteReader();
        return reader.Read()
            ? new StoreCheckpoint(reader.GetInt64(0), BlobTable.Read<byte>(_connection!, _path, (byte[])reader[1], reader.GetInt64(2)))
            : null;
    }

    private IEnumerable<StoreRecord> ReadRecords(long position)
    {
        using SqliteCommand select = _connection!.Prepare("SELECT number, bytes FROM log WHERE number > $position ORDER BY number", "$position");
        select.Parameters[0].Value = position;
        using SqliteDataReader reader = StoreErrors.Run(_path, select.ExecuteReader);
        long expected = position;
        while (StoreErrors.Run(_path, reader.Read))
        {
            var record = new StoreRecord(reader.GetInt64(0), (byte[])reader[1]);
            if (record.Number != ++expected)
            {
                throw StoreErrors.Damaged(_path, $"record {expected} is missing");
            }

            yield return record;
        }
    }

    private static List<StoredVersion> ReadVersions(SqliteConnection connection, string statement)
    {
        var versions = new List<StoredVersion>();
        using SqliteCommand select = connection.Prepare(statement);
        using SqliteDataReader reader = select.ExecuteReader();
        while (reader.Read())
        {
            versions.Add(new StoredVersion(
                new ModelVersion(reader.GetInt64(0)), reader.GetInt32(1), unchecked((ulong)reader.GetInt64(2)), Convert.ToHexStringLower((byte[])reader[3])));
        }

        return versions;
    }

    private T Read<T>(Func<SqliteConnection, T> read) => StoreErrors.Run(_path, () =>
    {
        if (!File.Exists(_path))
        {
            throw new StoreException($"The store '{_path}' does not exist. Specify the path of a store.");
        }

        Schema.CheckFile(_path);
        using SqliteConnection connection = SqliteConnectionExtensions.Open(_path, SqliteOpenMode.ReadOnly);
        int schema = Schema.Check(connection, _path);
        return schema == Schema.Version
            ? read(connection)
            : throw new StoreException($"The store '{_path}' has schema version {schema}. Start a server with it once to upgrade it to version {Schema.Version}.");
    });

    private static bool Copy(SqliteConnection connection, string target)
    {
        string temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (SqliteCommand copy = connection.Prepare("VACUUM INTO $target", "$target"))
            {
                copy.Parameters[0].Value = temporary;
                copy.ExecuteNonQuery();
            }

            using (var file = new FileStream(temporary, FileMode.Open, FileAccess.ReadWrite))
            {
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
            return true;
        }
        catch (SqliteException error)
        {
            throw StoreErrors.Translate(target, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The backup '{target}' cannot be written: {error.Message.TrimEnd('.')}. Specify another path, or allow writing.", error);
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }

    private void Close()
    {
        _writer?.Dispose();
        _connection?.Dispose();
        _lock?.Dispose();
        (_writer, _connection, _lock) = (null, null, null);
    }
}
