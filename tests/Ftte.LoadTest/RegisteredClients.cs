using Ftte.Aggregation;
using Ftte.Orleans;
using Ftte.PostgreSql;
using Ftte.Selection;
using Npgsql;
using NpgsqlTypes;

namespace Ftte.LoadTest;

/// <summary>Fills the database of a cluster that has not started with clients that have trained before.</summary>
internal static class RegisteredClients
{
    public static async Task AddAsync(string connectionString, Topology topology, Workload workload)
    {
        var selections = new SelectionHistory(ParameterSelection.Full(workload.Layout));
        var aggregator = new BufferedAggregator(workload.CreateModel(), selections, workload.Rule);
        await using (var store = new ClusterStore(new PostgreSqlStoreOptions { ConnectionString = connectionString }))
        {
            await store.InitializeAsync(
                new ClusterStart(ClusterSettings.Describe(workload.Layout, selections, workload.Rule, topology.Shards), workload.Capacity, aggregator.Current, aggregator.CaptureState()), CancellationToken.None);
        }

        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using NpgsqlBinaryImporter rows = await connection.BeginBinaryImportAsync("COPY ftte.cluster_client (federation, client, shard, seen, assignment, bytes) FROM STDIN (FORMAT BINARY)");
        for (int i = 0; i < topology.Registered; i++)
        {
            // Not the names of the devices that take part. A record without assignments is one zero.
            var client = new ClientId($"registered-{i:D9}");
            await rows.StartRowAsync();
            await rows.WriteAsync(1, NpgsqlDbType.Integer);
            await rows.WriteAsync(client.Value, NpgsqlDbType.Text);
            await rows.WriteAsync(ClusterSettings.GetShard(client, topology.Shards), NpgsqlDbType.Integer);
            await rows.WriteAsync(TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromHours(2), NpgsqlDbType.TimestampTz);
            await rows.WriteAsync(0L, NpgsqlDbType.Bigint);
            await rows.WriteAsync(new byte[] { 0 }, NpgsqlDbType.Bytea);
        }

        await rows.CompleteAsync();
    }
}
