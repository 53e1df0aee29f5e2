using Ftte.Aggregation;
using Ftte.PostgreSql;
using Ftte.Selection;
using Ftte.Sqlite;
using Ftte.Storage;
using Npgsql;

namespace Ftte.LoadTest;

/// <summary>Counts the updates in the store of servers that were killed.</summary>
internal static class StoredUpdates
{
    /// <summary>Continues the run in the store, as a restarted coordinator would, and counts the updates of its versions and of its incomplete buffer.</summary>
    /// <param name="connectionString">The database; null for the SQLite store in the folder.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="workload">The workload.</param>
    public static async Task<long> CountAsync(string? connectionString, string folder, Workload workload)
    {
        await using IServerStore store = connectionString is null
            ? new SqliteStore(Path.Combine(folder, Workload.StoreFile))
            : new PostgreSqlStore(connectionString);
        StoredRun run = await StoredRun.LoadAsync(store);
        SelectionHistory selections = run.State?.RestoreSelections() ?? new SelectionHistory(ParameterSelection.Full(workload.Layout));
        BufferedAggregator aggregator = run.State is { } state
            ? BufferedAggregator.Restore(state.Aggregator, workload.Layout, selections, workload.Rule)
            : new BufferedAggregator(workload.CreateModel(), selections, workload.Rule);
        await using FederatedServer server = await FederatedServer.ResumeAsync(run, aggregator, selections);
        return (aggregator.Current.Version.Number * workload.Capacity) + aggregator.Limits.Count;
    }

    /// <summary>Counts the updates of the versions of a cluster and of its incomplete buffer.</summary>
    public static async Task<long> CountClusterAsync(string connectionString, Workload workload)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var count = new NpgsqlCommand($"SELECT version * {workload.Capacity} + updates FROM ftte.cluster", connection);
        return (long)(await count.ExecuteScalarAsync())!;
    }
}
