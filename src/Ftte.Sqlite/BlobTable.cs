using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace Ftte.Sqlite;

/// <summary>Stores blobs by their SHA-256, in parts, so that no blob exceeds SQLite's limit of about 1 GB.</summary>
internal sealed class BlobTable(SqliteConnection connection) : IDisposable
{
    public const int PartBytes = 4 << 20;

    private readonly SqliteInsert _insert = new(connection, "INSERT OR IGNORE INTO blob (sha256, part, bytes) VALUES (?1, ?2, ?3)");
    private readonly SqliteCommand _delete = connection.Prepare(
        """
        DELETE FROM blob WHERE sha256 = $sha256
            AND NOT EXISTS (SELECT 1 FROM checkpoint WHERE sha256 = $sha256)
            AND NOT EXISTS (SELECT 1 FROM version WHERE sha256 = $sha256)
        """, "$sha256");

    /// <summary>Writes a blob in the transaction in progress, unless the table contains it.</summary>
    /// <returns>Its SHA-256.</returns>
    public byte[] Write(ReadOnlySpan<byte> bytes)
    {
        byte[] sha256 = SHA256.HashData(bytes);
        for (int part = 0; !bytes.IsEmpty; part++)
        {
            int length = Math.Min(PartBytes, bytes.Length);
            _insert.Bind(1, sha256).Bind(2, part).Bind(3, bytes[..length]).Run();
            bytes = bytes[length..];
        }

        return sha256;
    }

    /// <summary>Deletes a blob that neither the checkpoint nor a version refers to.</summary>
    public void DeleteUnused(byte[] sha256, SqliteTransaction transaction) => _delete.Run(transaction, sha256);

    /// <summary>Reads a blob.</summary>
    /// <typeparam name="T">The type of its values.</typeparam>
    /// <param name="connection">The database.</param>
    /// <param name="path">The path of the database, for messages.</param>
    /// <param name="sha256">The SHA-256 of the blob, which is validated.</param>
    /// <param name="count">The number of values, which is validated before memory is allocated.</param>
    public static T[] Read<T>(SqliteConnection connection, string path, byte[] sha256, long count)
        where T : unmanaged
    {
        using SqliteCommand measure = connection.Prepare("SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM blob WHERE sha256 = $sha256", "$sha256");
        measure.Parameters[0].Value = sha256;
        long stored = (long)measure.ExecuteScalar()!;
        if (count < 0 || count > Array.MaxLength || stored != count * Marshal.SizeOf<T>())
        {
            throw StoreErrors.Damaged(path, $"a blob has {stored} bytes instead of {count} values");
        }

        var values = GC.AllocateUninitializedArray<T>((int)count);
        using SqliteCommand select = connection.Prepare("SELECT bytes FROM blob WHERE sha256 = $sha256 ORDER BY part", "$sha256");
        select.Parameters[0].Value = sha256;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using SqliteDataReader reader = select.ExecuteReader();
        Span<byte> destination = MemoryMarshal.AsBytes(values.AsSpan());
        while (reader.Read())
        {
            var part = (byte[])reader[0];
            hash.AppendData(part);
            part.CopyTo(destination);
            destination = destination[part.Length..];
        }

        return hash.GetHashAndReset().AsSpan().SequenceEqual(sha256)
            ? values
            : throw StoreErrors.Damaged(path, "the content of a blob does not match its SHA-256");
    }

    public void Dispose()
    {
        _insert.Dispose();
        _delete.Dispose();
    }
}
