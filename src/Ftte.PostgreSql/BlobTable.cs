using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Stores blobs of a federation by their SHA-256, in parts, so that no value exceeds PostgreSQL's limit of 1 GB.</summary>
internal static class BlobTable
{
    public const int PartBytes = 4 << 20;

    /// <summary>Writes a blob, unless the table contains it.</summary>
    /// <returns>Its SHA-256.</returns>
    public static async Task<byte[]> WriteAsync(NpgsqlConnection connection, int federation, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        byte[] sha256 = AddWrite(batch, federation, bytes);
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        return sha256;
    }

    /// <summary>Adds the statements that write a blob, unless the table contains it.</summary>
    /// <returns>Its SHA-256.</returns>
    public static byte[] AddWrite(NpgsqlBatch batch, int federation, ReadOnlyMemory<byte> bytes)
    {
        byte[] sha256 = SHA256.HashData(bytes.Span);
        for (int part = 0; !bytes.IsEmpty; part++)
        {
            int length = Math.Min(PartBytes, bytes.Length);
            batch.Add("INSERT INTO ftte.blob (federation, sha256, part, bytes) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", federation, sha256, part, bytes[..length]);
            bytes = bytes[length..];
        }

        return sha256;
    }

    /// <summary>Deletes a blob to which no checkpoint, version or cluster refers.</summary>
    public static Task DeleteUnusedAsync(NpgsqlConnection connection, int federation, byte[] sha256, CancellationToken cancellationToken) => connection.ExecuteAsync(
        """
        DELETE FROM ftte.blob WHERE federation = $1 AND sha256 = $2
            AND NOT EXISTS (SELECT 1 FROM ftte.checkpoint WHERE federation = $1 AND sha256 = $2)
            AND NOT EXISTS (SELECT 1 FROM ftte.version WHERE federation = $1 AND sha256 = $2)
            AND NOT EXISTS (SELECT 1 FROM ftte.cluster WHERE federation = $1 AND sha256 = $2)
        """,
        cancellationToken,
        federation, sha256);

    /// <summary>Adds the deletion of all blobs of a federation on a cluster to which nothing refers.</summary>
    public static void AddDeletion(NpgsqlBatch batch, int federation) => batch.Add(
        """
        DELETE FROM ftte.blob b WHERE federation = $1
            AND NOT EXISTS (SELECT 1 FROM ftte.checkpoint WHERE federation = $1 AND sha256 = b.sha256)
            AND NOT EXISTS (SELECT 1 FROM ftte.version WHERE federation = $1 AND sha256 = b.sha256)
            AND NOT EXISTS (SELECT 1 FROM ftte.cluster WHERE federation = $1 AND sha256 = b.sha256)
        """,
        federation);

    /// <summary>Reads a blob.</summary>
    /// <typeparam name="T">The type of its values.</typeparam>
    /// <param name="connection">The session.</param>
    /// <param name="target">The store, for messages.</param>
    /// <param name="federation">The number of the federation.</param>
    /// <param name="sha256">The SHA-256 of the blob, which is validated.</param>
    /// <param name="count">The number of values, which is validated before memory is allocated.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task<T[]> ReadAsync<T>(NpgsqlConnection connection, StoreTarget target, int federation, byte[] sha256, long count, CancellationToken cancellationToken)
        where T : unmanaged
    {
        long stored = await connection.ReadAsync<long>(
            "SELECT coalesce(sum(length(bytes)), 0)::bigint FROM ftte.blob WHERE federation = $1 AND sha256 = $2", cancellationToken, federation, sha256).ConfigureAwait(false);
        if (count < 0 || count > Array.MaxLength || stored != count * Marshal.SizeOf<T>())
        {
            throw StoreErrors.Damaged(target, $"a blob has {stored} bytes instead of {count} values");
        }

        var values = GC.AllocateUninitializedArray<T>((int)count);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using NpgsqlCommand select = connection.Prepare("SELECT bytes FROM ftte.blob WHERE federation = $1 AND sha256 = $2 ORDER BY part", federation, sha256);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        int start = 0;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            byte[] part = reader.GetFieldValue<byte[]>(0);
            hash.AppendData(part);
            part.CopyTo(MemoryMarshal.AsBytes(values.AsSpan())[start..]);
            start += part.Length;
        }

        return hash.GetHashAndReset().AsSpan().SequenceEqual(sha256)
            ? values
            : throw StoreErrors.Damaged(target, "the content of a blob does not match its SHA-256");
    }
}
