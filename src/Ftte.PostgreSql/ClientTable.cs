using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Stores the assignments of the clients of a cluster. <see cref="BudgetTable"/> has the memory budgets in the same rows; a client without an assignment has no bytes.</summary>
internal static class ClientTable
{
    /// <summary>Reads the record of a client.</summary>
    /// <returns>The record; null if the client has received no assignment.</returns>
    public static async Task<ClusterClient?> ReadAsync(NpgsqlConnection connection, int federation, ClientId client, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand select = connection.Prepare("SELECT assignment, bytes FROM ftte.cluster_client WHERE federation = $1 AND client = $2 AND length(bytes) > 0", federation, client.Value);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? new ClusterClient(client, UpdateKey.ToId(reader.GetInt64(0)), reader.GetFieldValue<byte[]>(1), IsAtWork: false) : null;
    }

    /// <summary>Reads the records of the clients of a shard: <see cref="ClusterStore.ReadClientsAsync"/>.</summary>
    public static async Task<IReadOnlyList<ClusterClient>> ReadAsync(
        NpgsqlConnection connection, int federation, int shard, TimeSpan lease, TimeSpan retention, int max, CancellationToken cancellationToken)
    {
        var clients = new List<ClusterClient>();
        await using NpgsqlCommand select = connection.Prepare(
            """
            SELECT client, assignment, bytes, is_at_work FROM (
                SELECT client, assignment, bytes, seen, seen > now() - $3
                    AND NOT EXISTS (SELECT 1 FROM ftte.cluster_update u WHERE u.federation = c.federation AND u.client = c.client AND u.id = c.assignment)
                    AND NOT EXISTS (SELECT 1 FROM ftte.cluster_answer a WHERE a.federation = c.federation AND a.client = c.client AND a.id = c.assignment) AS is_at_work
                FROM ftte.cluster_client c WHERE federation = $1 AND shard = $2 AND length(bytes) > 0 AND seen > now() - $4 ORDER BY seen DESC LIMIT $5) AS newest
            ORDER BY seen
            """,
            federation, shard, lease, retention, max);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            clients.Add(new ClusterClient(new ClientId(reader.GetString(0)), UpdateKey.ToId(reader.GetInt64(1)), reader.GetFieldValue<byte[]>(2), reader.GetBoolean(3)));
        }

        return clients;
    }

    /// <summary>Writes the records of clients of several shards.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, int federation, IReadOnlyList<(int Shard, IReadOnlyList<ClusterClient> Clients)> writes)
    {
        // The last record of a client has what the earlier ones have; one statement cannot change a row twice.
        (int Shard, ClusterClient Client)[] rows =
            [.. writes.SelectMany(write => write.Clients.Select(client => (write.Shard, Client: client))).Reverse().DistinctBy(row => row.Client.Client).OrderBy(row => row.Client.Client.Value, StringComparer.Ordinal)];
        await connection.ExecuteAsync(
            """
            INSERT INTO ftte.cluster_client (federation, client, shard, seen, assignment, bytes, memory_budget)
                SELECT $1, client, shard, now(), assignment, bytes, budget FROM unnest($2, $3, $4, $5, $6) AS g (shard, client, assignment, bytes, budget)
            ON CONFLICT (federation, client) DO UPDATE SET shard = excluded.shard, seen = excluded.seen, assignment = excluded.assignment, bytes = excluded.bytes,
                memory_budget = coalesce(excluded.memory_budget, cluster_client.memory_budget)
            """,
            CancellationToken.None,
            federation,
            rows.Select(row => row.Shard).ToArray(),
            rows.Select(row => row.Client.Client.Value).ToArray(),
            rows.Select(row => UpdateKey.Of(row.Client.Assignment)).ToArray(),
            rows.Select(row => row.Client.Bytes).ToArray(),
            rows.Select(row => row.Client.MemoryBudgetBytes).ToArray()).ConfigureAwait(false);
    }
}
