using System.Runtime.InteropServices;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Stores the published versions of a federation.</summary>
internal static class VersionTable
{
    private const string DeleteOutdated = "DELETE FROM ftte.version WHERE federation = $1 AND number IN (SELECT number FROM ftte.version WHERE federation = $1 ORDER BY number DESC OFFSET $2)";

    /// <summary>Adds the statements that write a version and delete the oldest ones. The blobs of those stay.</summary>
    public static void AddWrite(NpgsqlBatch batch, int federation, ModelSnapshot version, int keepVersions)
    {
        AddWrite(batch, federation, version);
        batch.Add(DeleteOutdated, federation, (long)keepVersions);
    }

    /// <summary>Writes versions and deletes the oldest ones.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="federation">The number of the federation.</param>
    /// <param name="versions">The versions in ascending order.</param>
    /// <param name="keepVersions">The maximum number of versions to keep.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task WriteAsync(NpgsqlConnection connection, int federation, IReadOnlyList<ModelSnapshot> versions, int keepVersions, CancellationToken cancellationToken)
    {
        // A batch can contain more versions than are kept.
        for (int i = Math.Max(0, versions.Count - keepVersions); i < versions.Count; i++)
        {
            await using var batch = new NpgsqlBatch(connection);
            AddWrite(batch, federation, versions[i]);
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        if (versions.Count > 0)
        {
            foreach (byte[] sha256 in await DeleteOutdatedAsync(connection, federation, keepVersions, cancellationToken).ConfigureAwait(false))
            {
                await BlobTable.DeleteUnusedAsync(connection, federation, sha256, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static void AddWrite(NpgsqlBatch batch, int federation, ModelSnapshot version)
    {
        byte[] sha256 = BlobTable.AddWrite(batch, federation, MemoryMarshal.AsBytes(version.Parameters.Span).ToArray());
        batch.Add(
            """
            INSERT INTO ftte.version (federation, number, layout, parameters, sha256) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (federation, number) DO UPDATE SET layout = excluded.layout, parameters = excluded.parameters, sha256 = excluded.sha256
            """,
            federation, version.Version.Number, unchecked((long)version.Layout.Fingerprint), version.Layout.ParameterCount, sha256);
    }

    private static async Task<List<byte[]>> DeleteOutdatedAsync(NpgsqlConnection connection, int federation, int keepVersions, CancellationToken cancellationToken)
    {
        var outdated = new List<byte[]>();
        await using NpgsqlCommand delete = connection.Prepare($"{DeleteOutdated} RETURNING sha256", federation, (long)keepVersions);
        await using NpgsqlDataReader reader = await delete.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            outdated.Add(reader.GetFieldValue<byte[]>(0));
        }

        return outdated;
    }
}
