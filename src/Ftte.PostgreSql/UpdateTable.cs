using Ftte.Aggregation;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Stores the updates of the current buffer of a cluster, and the IDs of those of earlier ones.</summary>
internal static class UpdateTable
{
    /// <summary>Finds the updates that are in the current buffer or in an earlier one.</summary>
    public static async Task<IReadOnlySet<UpdateName>> FindKnownAsync(NpgsqlConnection connection, int federation, IReadOnlyList<UpdateName> updates, CancellationToken cancellationToken)
    {
        var known = new HashSet<UpdateName>();
        await using NpgsqlCommand select = connection.Prepare(
            """
            SELECT g.client, g.id FROM unnest($2, $3) AS g (client, id)
            WHERE (SELECT u.buffer FROM ftte.cluster_update u WHERE u.federation = $1 AND u.client = g.client AND u.id = g.id) IS NOT NULL
            """,
            federation, updates.Select(update => update.Client.Value).ToArray(), updates.Select(update => UpdateKey.Of(update.Id)).ToArray());
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            known.Add(new UpdateName(new ClientId(reader.GetString(0)), UpdateKey.ToId(reader.GetInt64(1))));
        }

        return known;
    }

    /// <summary>Commits the first updates of each commit in one transaction.</summary>
    /// <returns>The buffer after the transaction, the number of updates for which it has room, and the outcomes of the updates that were sent.</returns>
    public static async Task<(CommitResult Last, int Room, CommitOutcome[][] Outcomes)> CommitAsync(NpgsqlConnection connection, int federation, ShardCommit[] commits, int[] counts)
    {
        // A result counts when the transaction has ended: the server sends the rows before it commits.
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(CancellationToken.None).ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection, transaction);
        int[] sent = [.. counts.Index().Where(count => count.Item > 0).Select(count => count.Index)];
        foreach (int i in sent)
        {
            (UpdateName Name, byte[] Bytes)[] updates = [.. commits[i].Updates.Take(counts[i])];
            batch.Add(
                "SELECT current_buffer, closed, room, outcomes FROM ftte.commit_updates($1, $2, $3, $4, $5, $6)",
                federation, commits[i].Buffer, commits[i].Shard,
                updates.Select(update => update.Name.Client.Value).ToArray(), updates.Select(update => UpdateKey.Of(update.Name.Id)).ToArray(), updates.Select(update => update.Bytes).ToArray());
        }

        CommitOutcome[][] outcomes = [.. commits.Select(_ => Array.Empty<CommitOutcome>())];
        CommitResult? last = null;
        int room = 0;
        await using (NpgsqlDataReader reader = await batch.ExecuteReaderAsync(CancellationToken.None).ConfigureAwait(false))
        {
            foreach (int i in sent)
            {
                await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
                last = new CommitResult(reader.GetInt64(0), reader.GetBoolean(1), []);
                room = reader.GetInt32(2);
                outcomes[i] = [.. reader.GetFieldValue<short[]>(3).Select(outcome => (CommitOutcome)outcome)];
                await reader.NextResultAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }

        await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return (last!, room, outcomes);
    }
}
