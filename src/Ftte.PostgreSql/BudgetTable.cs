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
            INSERT INTO ftte.cluster_client (federation, client, shard, seen, assignment, bytes, memory_budget) SELECT $1, client, $2, now(), 0, ''::bytea, budget FROM unnest($3, $4) AS g (client, budget)
            ON CONFLICT (federation, client) DO UPDATE SET memory_budget = excluded.memory_budget
            """,
            cancellationToken,
            federation, shard, rows.Select(row => row.Client.Value).ToArray(), rows.Select(row => row.MemoryBudgetBytes).ToArray());
    }

    /// <summary>Reads the budgets of clients, least recently seen first.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="federation">The number of the federation.</param>
    /// <param name="retention">The time for which a client without requests is kept.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task<IReadOnlyList<(ClientId Client, long MemoryBudgetBytes)>> ReadAsync(NpgsqlConnection connection, int federation, TimeSpan retention, CancellationToken cancellationToken)
    {
        var budgets = new List<(ClientId Client, long MemoryBudgetBytes)>();
        await using NpgsqlCommand select = connection.Prepare(
            "SELECT client, memory_budget FROM ftte.cluster_client WHERE federation = $1 AND memory_budget IS NOT NULL AND seen > now() - $2 ORDER BY seen, client", federation, retention);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            budgets.Add((new ClientId(reader.GetString(0)), reader.GetInt64(1)));
        }

        return budgets;
    }
}
