using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Stores the memory budgets that the clients of a cluster report, in the rows of the clients.</summary>
internal static class BudgetTable
{
    /// <summary>Writes budgets. The assignments of the clients are not changed. A client without a row receives one without bytes, because it has no assignments.</summary>
    public static Task WriteAsync(NpgsqlConnection connection, int federation, int shard, IReadOnlyList<(ClientId Client, long MemoryBudgetBytes)> budgets, CancellationToken cancellationToken)
    {
        // One statement cannot change a row twice. In the same order everywhere, so that two writers do not wait for each other.
        (ClientId Client, long MemoryBudgetBytes)[] rows = [.. budgets.Reverse().DistinctBy(row => row.Client).OrderBy(row => row.Client.Value, StringComparer.Ordinal)];
        return connection.ExecuteAsync(
            """
            INSERT INTO ftte.cluster_client (federation, client, shard, seen, assignment, bytes, memory_budget, budget_seen)
            SELECT $1, client, $2, now(), 0, ''::bytea, budget, now() FROM unnest($3, $4) AS g (client, budget)
            ON CONFLICT (federation, client) DO UPDATE SET memory_budget = excluded.memory_budget, budget_seen = excluded.budget_seen
            """,
            cancellationToken,
            federation, shard, rows.Select(row => row.Client.Value).ToArray(), rows.Select(row => row.MemoryBudgetBytes).ToArray());
    }

    /// <summary>Reads the budgets of clients, least recently seen first.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="federation">The number of the federation.</param>
    /// <param name="retention">The time for which a client without requests is kept.</param>
    /// <param name="max">The maximum number of clients, the most recently seen ones.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task<IReadOnlyList<(ClientId Client, long MemoryBudgetBytes)>> ReadAsync(
        NpgsqlConnection connection, int federation, TimeSpan retention, int max, CancellationToken cancellationToken)
    {
        var budgets = new List<(ClientId Client, long MemoryBudgetBytes)>();
        await using NpgsqlCommand select = connection.Prepare(
            """
            SELECT client, memory_budget FROM (
                SELECT client, memory_budget, greatest(seen, budget_seen) AS seen FROM ftte.cluster_client
                WHERE federation = $1 AND memory_budget IS NOT NULL AND greatest(seen, budget_seen) > now() - $2 ORDER BY 3 DESC, 1 DESC LIMIT $3) AS newest
            ORDER BY seen, client
            """,
            federation, retention, max);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            budgets.Add((new ClientId(reader.GetString(0)), reader.GetInt64(1)));
        }

        return budgets;
    }

    /// <summary>Deletes the clients that were not seen for the time for which they are kept, and those beyond a number that only reported a budget: any name can do that.</summary>
    public static Task DeleteOutdatedAsync(NpgsqlConnection connection, int federation, TimeSpan retention, int max, CancellationToken cancellationToken) => connection.ExecuteAsync(
        """
        DELETE FROM ftte.cluster_client WHERE federation = $1 AND (greatest(seen, budget_seen) < now() - $2
            OR (length(bytes) = 0 AND budget_seen <= (SELECT c.budget_seen FROM ftte.cluster_client c WHERE c.federation = $1 AND length(c.bytes) = 0 ORDER BY c.budget_seen DESC OFFSET $3 LIMIT 1)))
        """,
        cancellationToken,
        federation, retention, max);
}
