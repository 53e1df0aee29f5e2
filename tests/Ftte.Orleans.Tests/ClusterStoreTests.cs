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
            .Select(shard => store.CommitAsync(0, shard, [(new UpdateName(new ClientId($"d{shard}"), new UpdateId(1)), new byte[] { 1 })], isRepeated: false, CancellationToken.None)));

        CommitOutcome[] outcomes = [.. results.Select(result => Assert.Single(result.Outcomes))];
        Assert.Equal(Workload.Capacity, outcomes.Count(outcome => outcome == CommitOutcome.Taken));
        Assert.Equal(3, outcomes.Count(outcome => outcome == CommitOutcome.Later));
        Assert.Contains(results, result => result.IsClosed);
        (_, var counts) = await store.ReadCountsAsync(CancellationToken.None);
        Assert.Equal(Workload.Capacity, counts.Values.Sum());
    }

    [StoreFact]
    public async Task A_buffer_is_closed_before_it_is_complete_once_and_with_enough_updates_only()
    {
        await using ClusterStore store = await OpenAsync();
        Assert.False(await store.CloseAsync(0, minUpdates: 0, CancellationToken.None));
        await store.CommitAsync(0, shard: 1, [(new UpdateName(new ClientId("d"), new UpdateId(1)), new byte[] { 1 })], isRepeated: false, CancellationToken.None);

        Assert.False(await store.CloseAsync(0, minUpdates: 2, CancellationToken.None));
        Assert.False(await store.CloseAsync(1, minUpdates: 1, CancellationToken.None));
        Assert.True(await store.CloseAsync(0, minUpdates: 1, CancellationToken.None));
        Assert.False(await store.CloseAsync(0, minUpdates: 1, CancellationToken.None));

        // The process does not know it yet, and asks the database.
        CommitResult late = await store.CommitAsync(0, shard: 1, [(new UpdateName(new ClientId("e"), new UpdateId(1)), new byte[] { 1 })], isRepeated: false, CancellationToken.None);
        Assert.Equal((true, CommitOutcome.Later), (late.IsClosed, Assert.Single(late.Outcomes)));
        (ClusterHead head, var counts) = await store.ReadCountsAsync(CancellationToken.None);
        Assert.Equal((0, true, 1), (head.Buffer, head.IsClosed, head.Updates));
        Assert.Equal(1, Assert.Single(counts).Value);
    }

    [StoreFact]
    public async Task Updates_without_room_are_later_and_a_repeated_transaction_has_the_outcomes_of_the_first()
    {
        await using ClusterStore store = await OpenAsync();
        (UpdateName Name, byte[] Bytes)[] updates = [.. Enumerable.Range(0, Workload.Capacity + 3).Select(i => (new UpdateName(new ClientId($"d{i}"), new UpdateId(1)), new byte[] { 1 }))];
        CommitOutcome[] expected = [.. Enumerable.Repeat(CommitOutcome.Taken, Workload.Capacity), .. Enumerable.Repeat(CommitOutcome.Later, 3)];

        CommitResult first = await store.CommitAsync(0, shard: 1, updates, isRepeated: false, CancellationToken.None);
        Assert.Equal((0, true), (first.Buffer, first.IsClosed));
        Assert.Equal(expected, first.Outcomes.AsEnumerable());

        // The process knows that the buffer is closed.
        CommitResult second = await store.CommitAsync(0, shard: 1, updates, isRepeated: false, CancellationToken.None);
        Assert.Equal((0, true), (second.Buffer, second.IsClosed));
        Assert.All(second.Outcomes, outcome => Assert.Equal(CommitOutcome.Later, outcome));

        CommitResult repeated = await store.CommitAsync(0, shard: 1, updates, isRepeated: true, CancellationToken.None);
        Assert.Equal((0, true), (repeated.Buffer, repeated.IsClosed));
        Assert.Equal(expected, repeated.Outcomes.AsEnumerable());

        Assert.Equal(updates.Take(Workload.Capacity).Select(update => update.Name).ToHashSet(), await store.FindKnownAsync([.. updates.Select(update => update.Name)], CancellationToken.None));

        // Another process does not know it.
        CommitResult next = await store.CommitAsync(1, shard: 1, updates, isRepeated: false, CancellationToken.None);
        Assert.Equal((0, true), (next.Buffer, next.IsClosed));
    }

    [Theory]
    [InlineData(new[] { 3, 3, 3 }, 4, new[] { 2, 1, 1 })]
    [InlineData(new[] { 1, 5, 2 }, 7, new[] { 1, 4, 2 })]
    [InlineData(new[] { 1, 1 }, 9, new[] { 1, 1 })]
    [InlineData(new[] { 2, 2 }, 0, new[] { 0, 0 })]
    public void The_room_of_a_buffer_is_divided_among_the_shards_in_turn(int[] updates, int room, int[] sent) =>
        Assert.Equal(sent, new BufferRoom(4, room).Divide([.. updates.Select((count, shard) => Commit(4, shard, count))], capacity: 100));

    [Fact]
    public void A_later_buffer_has_its_whole_capacity_and_late_commits_are_sent_as_a_whole()
    {
        var room = new BufferRoom(4, 1);
        Assert.Equal([5, 2], room.Divide([Commit(5, 0, 8), Commit(5, 1, 2)], capacity: 7));
        Assert.Equal([9], room.Divide([Commit(3, 0, 9)], capacity: 7));
        Assert.Equal([7], new BufferRoom(-1, 0).Divide([Commit(0, 0, 9)], capacity: 7));
    }

    [Fact]
    public void A_transaction_has_at_most_the_stated_bytes_unless_one_update_has_more()
    {
        byte[] half = new byte[BufferRoom.MaxBytes / 2], large = new byte[BufferRoom.MaxBytes + 1];
        var room = new BufferRoom(0, 100);

        Assert.Equal([1, 1], room.Divide([Of(0, half, 3), Of(1, half, 3)], capacity: 100));
        Assert.Equal([1, 0], room.Divide([Of(0, large, 2), Of(1, half, 1)], capacity: 100));

        static ShardCommit Of(int shard, byte[] bytes, int count) =>
            new(0, shard, [.. Enumerable.Range(0, count).Select(i => (new UpdateName(new ClientId($"d{i}"), new UpdateId(1)), bytes))], IsRepeated: false);
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

    private static ShardCommit Commit(long buffer, int shard, int updates) =>
        new(buffer, shard, [.. Enumerable.Range(0, updates).Select(i => (new UpdateName(new ClientId($"s{shard}d{i}"), new UpdateId(1)), new byte[] { 1 }))], IsRepeated: false);

    private static ClusterClient Record(string client, byte content) => new(new ClientId(client), new UpdateId(content), [content], IsAtWork: false);

    private async Task<ClusterStore> OpenAsync()
    {
        var store = new ClusterStore(new PostgreSqlStoreOptions { ConnectionString = await database.CreateDatabaseAsync() });
        var aggregator = new BufferedAggregator(Workload.Start, new SelectionHistory(Workload.Selection), SiloSetup.Aggregator);
        await store.InitializeAsync(new ClusterStart("8 shards", Workload.Capacity, Workload.Start, aggregator.CaptureState()), CancellationToken.None);
        return store;
    }
}
