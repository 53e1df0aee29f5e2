using Ftte.Aggregation;
using Ftte.Orleans.SiloProbe;
using Ftte.PostgreSql;
using Ftte.PostgreSql.Tests;
using Ftte.Selection;
using Ftte.Store.CrashProbe;

namespace Ftte.Orleans.Tests;

/// <summary>What several shards of a silo write at the same time.</summary>
[Collection(PostgreSqlGroup.Name)]
public sealed class ClusterStoreTests(PostgreSqlServer database)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [StoreFact]
    public async Task Commits_of_many_shards_at_a_time_fill_one_buffer_to_its_capacity_and_no_further()
    {
        await using ClusterStore store = await OpenAsync();

        CommitResult[] results = await Task.WhenAll(Enumerable.Range(0, Workload.Capacity + 3)
            .Select(shard => store.CommitAsync(0, shard, [(new UpdateName(new ClientId($"d{shard}"), new UpdateId(1)), new byte[] { 1 })], CancellationToken.None)));

        CommitOutcome[] outcomes = [.. results.Select(result => Assert.Single(result.Outcomes))];
        Assert.Equal(Workload.Capacity, outcomes.Count(outcome => outcome == CommitOutcome.Taken));
        Assert.Equal(3, outcomes.Count(outcome => outcome == CommitOutcome.Later));
        Assert.Contains(results, result => result.IsClosed);
        (_, var counts) = await store.ReadCountsAsync(CancellationToken.None);
        Assert.Equal(Workload.Capacity, counts.Values.Sum());
    }

    [StoreFact]
    public async Task The_last_record_of_a_client_that_is_written_twice_at_a_time_stays_and_disturbs_no_other_client()
    {
        await using ClusterStore store = await OpenAsync();

        await Task.WhenAll(Enumerable.Range(1, 20).Select(number => store.WriteClientsAsync(
            shard: 0, [Record("a", (byte)number), Record($"b{number}", 0), Record("a", (byte)number)], CancellationToken.None)));

        IReadOnlyList<ClusterClient> clients = await store.ReadClientsAsync(0, Hour, Hour, max: 100, CancellationToken.None);
        Assert.Equal(21, clients.Count);
        Assert.Equal(20, Assert.Single(clients, client => client.Client.Value == "a").Bytes[0]);
    }

    [Fact]
    public async Task Items_that_arrive_during_a_transaction_are_the_next_one()
    {
        var first = new TaskCompletionSource();
        var batches = new List<int>();
        var queue = new TransactionQueue<int, int>(async items =>
        {
            batches.Add(items.Count);
            await first.Task;
            return [.. items.Select(item => 10 * item)];
        });

        Task<int>[] results = [.. Enumerable.Range(0, 5).Select(queue.WriteAsync)];
        first.SetResult();

        int[] answers = await Task.WhenAll(results);
        Assert.Equal([0, 10, 20, 30, 40], answers);
        Assert.Equal([1, 4], batches);
        Assert.Equal(70, await queue.WriteAsync(7));
    }

    [Fact]
    public async Task A_transaction_that_fails_fails_its_callers_and_not_the_next_ones()
    {
        var queue = new TransactionQueue<int, int>(items => items.Contains(1) ? Task.FromException<IReadOnlyList<int>>(new IOException("broken")) : Task.FromResult<IReadOnlyList<int>>([.. items]));

        await Assert.ThrowsAsync<IOException>(() => queue.WriteAsync(1));

        Assert.Equal(2, await queue.WriteAsync(2));
    }

    private static ClusterClient Record(string client, byte content) => new(new ClientId(client), new UpdateId(content), [content], IsAtWork: false);

    private async Task<ClusterStore> OpenAsync()
    {
        var store = new ClusterStore(new PostgreSqlStoreOptions { ConnectionString = await database.CreateDatabaseAsync() });
        var aggregator = new BufferedAggregator(Workload.Start, new SelectionHistory(Workload.Selection), SiloSetup.Aggregator);
        await store.InitializeAsync(new ClusterStart("8 shards", Workload.Capacity, Workload.Start, aggregator.CaptureState()), CancellationToken.None);
        return store;
    }
}
