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
    public async Task An_answer_is_written_once_for_the_current_buffer_and_a_survey_is_closed_with_all_of_its_answers_or_not_at_all()
    {
        await using ClusterStore store = await OpenAsync();
        await CloseAsync(store, 0);
        var answer = new SurveyAnswer(new ClientId("d"), new UpdateId(ulong.MaxValue), [1, 0.5f]);

        Assert.Equal(AnswerOutcome.Later, await store.WriteAnswerAsync(1, 7, answer, CancellationToken.None));
        Assert.Equal(AnswerOutcome.Written, await store.WriteAnswerAsync(0, 7, answer, CancellationToken.None));
        Assert.Equal(AnswerOutcome.Known, await store.WriteAnswerAsync(0, 7, answer with { Values = [2, 2] }, CancellationToken.None));
        SurveyAnswer read = Assert.Single(await store.ReadAnswersAsync(7, CancellationToken.None));
        Assert.Equal((answer.Client, answer.Id), (read.Client, read.Id));
        Assert.Equal(answer.Values, read.Values);

        var chosen = new ClusterSelection(new SelectionVersion(1), ParameterSelection.Create(Workload.Layout.ParameterCount, [new(5, 7), new(20, 1)]), RequiredMemoryBytes: 9);
        AggregatorState state = new BufferedAggregator(Workload.Start, new SelectionHistory(Workload.Selection), SiloSetup.Aggregator).CaptureState();
        var version = new ModelSnapshot(Workload.Layout, new ModelVersion(1), Workload.Start.Parameters.Span);
        var publication = new ClusterPublication(state, version, RetainedVersions: 1, new ClusterDecision([1, 2], Survey: 7, Closed: 0, chosen, KeptSelections: 3));

        // The survey has another answer than those that the decision counted. The version does not wait for the next decision.
        Assert.Equal(PublicationOutcome.WithoutDecision, await store.PublishAsync(0, publication, CancellationToken.None));
        Assert.Equal(PublicationOutcome.NotCurrent, await store.PublishAsync(0, publication, CancellationToken.None));
        (ClusterHead head, ClusterState? unchanged) = await store.ReadStateAsync(-1, default, Workload.Layout.ParameterCount, CancellationToken.None);
        Assert.Equal((1, new ModelVersion(1)), (head.Buffer, head.Version));
        Assert.Null(unchanged!.Reselection);
        Assert.Empty(unchanged.Selections);
        Assert.Equal(1, await store.CountAnswersAsync(7, CancellationToken.None));

        await CloseAsync(store, 1);
        var second = publication with { Version = new ModelSnapshot(Workload.Layout, new ModelVersion(2), Workload.Start.Parameters.Span), Decision = publication.Decision! with { Closed = 1 } };
        Assert.Equal(PublicationOutcome.Complete, await store.PublishAsync(1, second, CancellationToken.None));
        (head, ClusterState? changed) = await store.ReadStateAsync(-1, default, Workload.Layout.ParameterCount, CancellationToken.None);
        Assert.Equal((2, new ModelVersion(2)), (head.Buffer, head.Version));
        Assert.Equal([1, 2], changed!.Reselection);
        Assert.Equal(chosen, Assert.Single(changed.Selections));
        Assert.Empty((await store.ReadStateAsync(-1, new SelectionVersion(2), Workload.Layout.ParameterCount, CancellationToken.None)).State!.Selections);

        // As many selections are kept as the histories of the silos keep.
        for (int number = 2; number <= 5; number++)
        {
            await CloseAsync(store, number);
            ClusterSelection next = chosen with { Version = new SelectionVersion(number), Selection = ParameterSelection.Create(Workload.Layout.ParameterCount, [new(number, 3)]) };
            var version3 = new ModelSnapshot(Workload.Layout, new ModelVersion(number + 1), Workload.Start.Parameters.Span);
            await store.PublishAsync(number, publication with { Version = version3, Decision = second.Decision with { Closed = null, Selection = next } }, CancellationToken.None);
        }

        changed = (await store.ReadStateAsync(-1, default, Workload.Layout.ParameterCount, CancellationToken.None)).State;
        Assert.Equal([3, 4, 5], changed!.Selections.Select(selection => selection.Version.Number));
    }

    [StoreFact]
    public async Task Clients_are_deleted_after_their_time_and_those_without_an_assignment_beyond_a_number()
    {
        await using ClusterStore store = await OpenAsync();
        await store.WriteClientsAsync(1, [new ClusterClient(new ClientId("worker"), new UpdateId(3), [1], IsAtWork: true, MemoryBudgetBytes: 10)], CancellationToken.None);
        for (int i = 0; i < 4; i++)
        {
            await store.WriteBudgetsAsync(1, [(new ClientId($"small{i}"), i)], CancellationToken.None);
        }

        Assert.Equal(["small2", "small3"], (await store.ReadBudgetsAsync(Hour, 2, CancellationToken.None)).Select(row => row.Client.Value));
        await store.DeleteOutdatedClientsAsync(Hour, 2, CancellationToken.None);
        Assert.Equal(["worker", "small2", "small3"], (await store.ReadBudgetsAsync(Hour, 10, CancellationToken.None)).Select(row => row.Client.Value));

        // With a time in the future, every client is outdated.
        await store.DeleteOutdatedClientsAsync(-Hour, 2, CancellationToken.None);
        Assert.Empty(await store.ReadBudgetsAsync(Hour, 10, CancellationToken.None));
    }

    [StoreFact]
    public async Task Budgets_of_clients_with_and_without_an_assignment_are_read_least_recently_seen_first()
    {
        await using ClusterStore store = await OpenAsync();
        (ClientId first, ClientId second) = (new ClientId("b"), new ClientId("a"));
        await store.WriteClientsAsync(1, [new ClusterClient(first, new UpdateId(3), [1, 2], IsAtWork: true, MemoryBudgetBytes: 10)], CancellationToken.None);
        await store.WriteBudgetsAsync(1, [(second, 20), (second, 30)], CancellationToken.None);
        Assert.Equal([(first, 10), (second, 30)], await store.ReadBudgetsAsync(Hour, 10, CancellationToken.None));

        // A client that does not state a budget keeps the one before; a budget does not change assignments.
        await store.WriteBudgetsAsync(1, [(first, 40)], CancellationToken.None);
        await store.WriteClientsAsync(1, [new ClusterClient(second, new UpdateId(4), [5], IsAtWork: true)], CancellationToken.None);

        Assert.Equal([(first, 40), (second, 30)], (await store.ReadBudgetsAsync(Hour, 10, CancellationToken.None)).OrderByDescending(row => row.Client.Value));
        IReadOnlyList<ClusterClient> clients = await store.ReadClientsAsync(1, Hour, Hour, 10, CancellationToken.None);
        Assert.Equal([(first, 3UL), (second, 4UL)], clients.Select(client => (client.Client, client.Assignment.Value)));
        await store.WriteBudgetsAsync(1, [(new ClientId("c"), 50)], CancellationToken.None);
        Assert.Equal(2, (await store.ReadClientsAsync(1, Hour, Hour, 10, CancellationToken.None)).Count);
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

    /// <summary>Commits an update to a buffer and closes it.</summary>
    private static async Task CloseAsync(ClusterStore store, long buffer)
    {
        await store.CommitAsync(buffer, shard: 1, [(new UpdateName(new ClientId("d"), new UpdateId((ulong)buffer + 1)), new byte[] { 1 })], isRepeated: false, CancellationToken.None);
        await store.CloseAsync(buffer, minUpdates: 1, CancellationToken.None);
    }
}
