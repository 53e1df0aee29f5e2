using Ftte.Storage;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Writes batches to the tables of a store, each in one transaction.</summary>
/// <param name="target">The store, for messages.</param>
/// <param name="session">The session of the owner.</param>
/// <param name="keepVersions">The maximum number of versions to keep.</param>
internal sealed class StoreWriter(StoreTarget target, StoreSession session, int keepVersions)
{
    /// <summary>The number of bytes of records that one statement inserts, so that it stays far below the maximum length of a message.</summary>
    private const int StatementBytes = 8 << 20;

    public async Task WriteAsync(StoreBatch batch, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await session.GetConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);

        // Locks the row, so that the check holds until the commit: a later owner waits for this transaction, and this one fails after a later owner.
        long owner = await connection.ReadAsync<long>("SELECT epoch FROM ftte.federation WHERE id = $1 FOR UPDATE", cancellationToken, session.Federation).ConfigureAwait(false);
        if (owner != session.Epoch)
        {
            throw StoreErrors.TakenOver(target);
        }

        await WriteRecordsAsync(connection, batch, cancellationToken).ConfigureAwait(false);
        if (batch.Checkpoint is { } checkpoint)
        {
            await WriteCheckpointAsync(connection, checkpoint, cancellationToken).ConfigureAwait(false);
        }

        await VersionTable.WriteAsync(connection, session.Federation, batch.Versions, keepVersions, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteRecordsAsync(NpgsqlConnection connection, StoreBatch batch, CancellationToken cancellationToken)
    {
        long superseded = batch.Checkpoint?.Position ?? long.MinValue;
        var numbers = new List<long>();
        var records = new List<byte[]>();
        int bytes = 0;
        foreach (StoreRecord record in batch.Records)
        {
            if (record.Number <= superseded)
            {
                continue;
            }

            if (bytes + record.Bytes.Length > StatementBytes && numbers.Count > 0)
            {
                await InsertAsync().ConfigureAwait(false);
            }

            numbers.Add(record.Number);
            records.Add(record.Bytes.ToArray());
            bytes += record.Bytes.Length;
        }

        if (numbers.Count > 0)
        {
            await InsertAsync().ConfigureAwait(false);
        }

        async Task InsertAsync()
        {
            await connection.ExecuteAsync(
                "INSERT INTO ftte.log (federation, number, bytes) SELECT $1, * FROM unnest($2, $3) ON CONFLICT DO NOTHING",
                cancellationToken,
                session.Federation, numbers.ToArray(), records.ToArray()).ConfigureAwait(false);
            numbers.Clear();
            records.Clear();
            bytes = 0;
        }
    }

    private async Task WriteCheckpointAsync(NpgsqlConnection connection, StoreCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        int federation = session.Federation;
        byte[]? before = await connection.ReadAsync<byte[]>("SELECT sha256 FROM ftte.checkpoint WHERE federation = $1", cancellationToken, federation).ConfigureAwait(false);
        byte[] sha256 = await BlobTable.WriteAsync(connection, federation, checkpoint.Bytes, cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(
            """
            INSERT INTO ftte.checkpoint (federation, position, sha256, length) VALUES ($1, $2, $3, $4)
            ON CONFLICT (federation) DO UPDATE SET position = excluded.position, sha256 = excluded.sha256, length = excluded.length
            """,
            cancellationToken,
            federation, checkpoint.Position, sha256, (long)checkpoint.Bytes.Length).ConfigureAwait(false);
        await connection.ExecuteAsync("DELETE FROM ftte.log WHERE federation = $1 AND number <= $2", cancellationToken, federation, checkpoint.Position).ConfigureAwait(false);
        if (before is not null)
        {
            await BlobTable.DeleteUnusedAsync(connection, federation, before, cancellationToken).ConfigureAwait(false);
        }
    }
}
