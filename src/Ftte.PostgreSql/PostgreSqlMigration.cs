using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ftte.Storage;

namespace Ftte.PostgreSql;

/// <summary>Copies the run of a stopped server from another store, such as an SQLite file, to a PostgreSQL database.</summary>
public static class PostgreSqlMigration
{
    /// <summary>Copies checkpoint, records and versions, and compares the copy with the source by content.</summary>
    /// <param name="source">The store of the stopped server, not loaded. It is read, not changed. The caller disposes it.</param>
    /// <param name="target">The database and the federation. It must not contain a run.</param>
    /// <param name="versions">The published versions to copy, in ascending order, such as those that <c>SqliteStore.ReadVersion</c> returns; null for none. The run continues without them.</param>
    /// <param name="cancellationToken">Cancels the call. If it is canceled or fails before the run was copied, the target contains no run.</param>
    /// <returns>What was copied. A server can continue in the database with the same bits.</returns>
    /// <remarks>
    /// Checkpoint and records are written in one transaction. They are held in memory: the records since a checkpoint have about as many bytes as it, but at least 16 MiB. Do not start the old server
    /// again: both would continue the same run.
    /// </remarks>
    /// <exception cref="StoreException">
    /// The source is in use, empty or corrupt; the target cannot be written or contains a run; or the copy differs from the source. The message states which.
    /// </exception>
    public static async Task<MigrationReport> CopyAsync(
        IServerStore source, PostgreSqlStoreOptions target, IEnumerable<ModelSnapshot>? versions = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        target.Validate();
        (StoreCheckpoint? checkpoint, List<StoreRecord> records) = await ReadAsync(source, cancellationToken).ConfigureAwait(false);
        if (checkpoint is null)
        {
            throw new StoreException("The source contains no run. Specify the store of a server that was started at least once.");
        }

        var copied = new List<StoredVersion>();
        var store = new PostgreSqlStore(target);
        await using (store.ConfigureAwait(false))
        {
            (StoreCheckpoint? existing, List<StoreRecord> others) = await ReadAsync(store, cancellationToken).ConfigureAwait(false);
            if (existing is not null || others.Count > 0)
            {
                throw new StoreException($"The federation '{target.Federation}' in the database already contains a run. Specify another federation or another database.");
            }

            // Versions first, one at a time: without the run, they have no effect, and another attempt writes them again.
            foreach (ModelSnapshot version in versions ?? [])
            {
                await store.CommitAsync(new StoreBatch([], null, [version]), cancellationToken).ConfigureAwait(false);
                copied.Add(Describe(version));
            }

            await store.CommitAsync(new StoreBatch(records, checkpoint, []), cancellationToken).ConfigureAwait(false);
        }

        string sha256 = Hash(checkpoint, records);
        IReadOnlyList<StoredVersion> kept = await CompareAsync(target, sha256, copied, cancellationToken).ConfigureAwait(false);
        return new MigrationReport(checkpoint.Position, checkpoint.Bytes.Length, records.Count, records.Sum(record => (long)record.Bytes.Length), kept.Count, sha256);
    }

    /// <summary>Reads the copy from the database and compares it with what was copied.</summary>
    /// <returns>The versions in the database.</returns>
    private static async Task<IReadOnlyList<StoredVersion>> CompareAsync(PostgreSqlStoreOptions target, string sha256, List<StoredVersion> copied, CancellationToken cancellationToken)
    {
        var store = new PostgreSqlStore(target);
        await using (store.ConfigureAwait(false))
        {
            (StoreCheckpoint? checkpoint, List<StoreRecord> records) = await ReadAsync(store, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<StoredVersion> kept = await store.GetVersionsAsync(cancellationToken).ConfigureAwait(false);
            return checkpoint is not null && Hash(checkpoint, records) == sha256 && kept.SequenceEqual(copied.TakeLast(target.KeepVersions ?? int.MaxValue))
                ? kept
                : throw new StoreException($"The copy of federation '{target.Federation}' differs from the source. Check the database, delete the federation, and copy again.");
        }
    }

    private static async Task<(StoreCheckpoint? Checkpoint, List<StoreRecord> Records)> ReadAsync(IServerStore store, CancellationToken cancellationToken)
    {
        StoreContent content = await store.LoadAsync(cancellationToken).ConfigureAwait(false);
        var records = new List<StoreRecord>();
        await foreach (StoreRecord record in content.Records.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            records.Add(record);
        }

        return (content.Checkpoint, records);
    }

    /// <summary>Computes the SHA-256 of position, checkpoint and records with their numbers and lengths.</summary>
    private static string Hash(StoreCheckpoint checkpoint, List<StoreRecord> records)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(checkpoint.Position, checkpoint.Bytes);
        records.ForEach(record => Append(record.Number, record.Bytes));
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(long number, ReadOnlyMemory<byte> bytes)
        {
            Span<byte> header = stackalloc byte[2 * sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(header, number);
            BinaryPrimitives.WriteInt64LittleEndian(header[sizeof(long)..], bytes.Length);
            hash.AppendData(header);
            hash.AppendData(bytes.Span);
        }
    }

    private static StoredVersion Describe(ModelSnapshot version) => new(
        version.Version,
        version.Layout.ParameterCount,
        version.Layout.Fingerprint,
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(version.Parameters.Span))));
}
