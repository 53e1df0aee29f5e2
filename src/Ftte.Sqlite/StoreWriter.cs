using System.Runtime.InteropServices;
using Ftte.Storage;
using Microsoft.Data.Sqlite;

namespace Ftte.Sqlite;

/// <summary>Writes batches to the tables of a store, each in one transaction.</summary>
internal sealed class StoreWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly int _keepVersions;
    private readonly long _epoch;
    private readonly BlobTable _blobs;
    private readonly SqliteCommand _readEpoch;
    private readonly RecordTable _records;
    private readonly SqliteCommand _deleteRecords;
    private readonly SqliteCommand _readCheckpoint;
    private readonly SqliteCommand _writeCheckpoint;
    private readonly SqliteCommand _writeVersion;
    private readonly SqliteCommand _readOldest;
    private readonly SqliteCommand _deleteVersion;

    /// <param name="connection">The database.</param>
    /// <param name="path">The path of the database, for messages.</param>
    /// <param name="keepVersions">The maximum number of versions to keep.</param>
    /// <param name="epoch">The number of this owner of the store.</param>
    public StoreWriter(SqliteConnection connection, string path, int keepVersions, long epoch)
    {
        (_connection, _path, _keepVersions, _epoch) = (connection, path, keepVersions, epoch);
        _blobs = new BlobTable(connection);
        _readEpoch = connection.Prepare("SELECT epoch FROM owner");
        _records = new RecordTable(connection);
        _deleteRecords = connection.Prepare("DELETE FROM log WHERE number <= $position", "$position");
        _readCheckpoint = connection.Prepare("SELECT sha256 FROM checkpoint");
        _writeCheckpoint = connection.Prepare(
            "INSERT OR REPLACE INTO checkpoint (id, position, sha256, length) VALUES (1, $position, $sha256, $length)", "$position", "$sha256", "$length");
        _writeVersion = connection.Prepare(
            "INSERT OR REPLACE INTO version (number, layout, parameters, sha256) VALUES ($number, $layout, $parameters, $sha256)", "$number", "$layout", "$parameters", "$sha256");
        _readOldest = connection.Prepare("SELECT number, sha256 FROM version ORDER BY number DESC LIMIT -1 OFFSET $keep", "$keep");
        _deleteVersion = connection.Prepare("DELETE FROM version WHERE number = $number", "$number");
    }

    public void Write(StoreBatch batch)
    {
        // Takes the write lock at once, so that the check of the owner holds until the commit.
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
        _readEpoch.Transaction = transaction;
        if ((long)_readEpoch.ExecuteScalar()! != _epoch)
        {
            throw new StoreException($"Another server has taken over the store '{_path}'. Stop this server.");
        }

        long superseded = batch.Checkpoint?.Position ?? long.MinValue;
        foreach (StoreRecord record in batch.Records)
        {
            if (record.Number > superseded)
            {
                _records.Insert(record);
            }
        }

        if (batch.Checkpoint is { } checkpoint)
        {
            Write(checkpoint, transaction);
        }

        Write(batch.Versions, transaction);
        transaction.Commit();
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in new[] { _readEpoch, _deleteRecords, _readCheckpoint, _writeCheckpoint, _writeVersion, _readOldest, _deleteVersion })
        {
            command.Dispose();
        }

        _records.Dispose();
        _blobs.Dispose();
    }

    private void Write(StoreCheckpoint checkpoint, SqliteTransaction transaction)
    {
        _readCheckpoint.Transaction = transaction;
        var before = (byte[]?)_readCheckpoint.ExecuteScalar();
        byte[] sha256 = _blobs.Write(checkpoint.Bytes.Span);
        _writeCheckpoint.Run(transaction, checkpoint.Position, sha256, checkpoint.Bytes.Length);
        _deleteRecords.Run(transaction, checkpoint.Position);
        if (before is not null)
        {
            _blobs.DeleteUnused(before, transaction);
        }
    }

    private void Write(IReadOnlyList<ModelSnapshot> versions, SqliteTransaction transaction)
    {
        // A batch can contain more versions than are kept.
        for (int i = Math.Max(0, versions.Count - _keepVersions); i < versions.Count; i++)
        {
            ModelSnapshot version = versions[i];
            byte[] sha256 = _blobs.Write(MemoryMarshal.AsBytes(version.Parameters.Span));
            _writeVersion.Run(transaction, version.Version.Number, unchecked((long)version.Layout.Fingerprint), version.Layout.ParameterCount, sha256);
        }

        if (versions.Count > 0)
        {
            foreach ((long number, byte[] sha256) in ReadOutdated(transaction))
            {
                _deleteVersion.Run(transaction, number);
                _blobs.DeleteUnused(sha256, transaction);
            }
        }
    }

    private List<(long Number, byte[] Sha256)> ReadOutdated(SqliteTransaction transaction)
    {
        var outdated = new List<(long, byte[])>();
        _readOldest.Transaction = transaction;
        _readOldest.Parameters[0].Value = _keepVersions;
        using SqliteDataReader reader = _readOldest.ExecuteReader();
        while (reader.Read())
        {
            outdated.Add((reader.GetInt64(0), (byte[])reader[1]));
        }

        return outdated;
    }
}
