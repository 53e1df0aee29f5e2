using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>The queue before the aggregator.</summary>
public sealed class SubmitTests
{
    [Fact]
    public async Task A_full_queue_answers_busy_at_once_and_what_it_holds_is_answered_in_order()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { QueueCapacity = 2, BusyRetryAfter = TimeSpan.FromSeconds(7) });
        Gate gate = Hold(aggregator);
        Task<UpdateReceipt> beingFolded = bench.Submit("a");
        await gate.Arrived;
        Task<UpdateReceipt> waiting1 = bench.Submit("b"), waiting2 = bench.Submit("c");

        Task<UpdateReceipt> refused = bench.Submit("d");

        Assert.True(refused.IsCompletedSuccessfully);
        Assert.Equal(new UpdateReceipt(UpdateOutcome.Busy, default, 0, TimeSpan.FromSeconds(7)), await refused);
        gate.Open();
        await Task.WhenAll(beingFolded, waiting1, waiting2);
        Assert.Equal(["a", "b", "c"], aggregator.Seen.Select(h => h.Client.Value));
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Submit("d")).Outcome);
    }

    [Fact]
    public async Task Cancelling_an_update_that_waits_gives_it_back_unread()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        Gate gate = Hold(aggregator);
        Task<UpdateReceipt> beingFolded = bench.Submit("a");
        await gate.Arrived;
        using var cancellation = new CancellationTokenSource();
        Task<UpdateReceipt> cancelled = bench.Submit(bench.AssignedHeader("b"), cancellationToken: cancellation.Token), next = bench.Submit("c");

        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(cancellation.Token, error.CancellationToken);
        gate.Open();
        await Task.WhenAll(beingFolded, next);
        Assert.Equal(["a", "c"], aggregator.Seen.Select(h => h.Client.Value));
    }

    [Fact]
    public async Task Cancelling_an_update_that_is_being_read_waits_until_it_is_no_longer_read()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        Gate gate = Hold(aggregator);
        using var cancellation = new CancellationTokenSource();
        Task<UpdateReceipt> call = bench.Submit(bench.AssignedHeader("a"), cancellationToken: cancellation.Token);
        await gate.Arrived;

        await cancellation.CancelAsync();

        Assert.False(call.IsCompleted);
        gate.Open();
        Assert.Equal(UpdateOutcome.Buffered, (await call).Outcome);
    }

    [Fact]
    public async Task An_aggregator_that_heeds_the_cancellation_ends_the_call_as_cancelled()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        var gate = new Gate();
        aggregator.OnAggregate = async (_, cancelled) =>
        {
            await gate.PassAsync().WaitAsync(cancelled);
            return default;
        };
        using var cancellation = new CancellationTokenSource();
        Task<UpdateReceipt> call = bench.Submit(bench.AssignedHeader("a"), cancellationToken: cancellation.Token);
        await gate.Arrived;

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task What_the_aggregator_throws_ends_that_call_and_no_other()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        aggregator.OnAggregate = (update, _) => update.Header.Client.Value == "bad"
            ? throw new InvalidOperationException("cannot")
            : new(aggregator.Answer(UpdateOutcome.Buffered));

        Assert.Equal("cannot", (await Assert.ThrowsAsync<InvalidOperationException>(() => bench.Submit("bad"))).Message);
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Submit("good")).Outcome);
        aggregator.OnFlush = () => throw new InvalidOperationException("cannot flush");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await bench.Server.FlushAsync());
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Submit("good")).Outcome);
    }

    [Fact]
    public async Task A_version_published_before_the_aggregator_threw_is_in_force()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        aggregator.OnAggregate = (_, _) =>
        {
            aggregator.Publish(A);
            throw new InvalidOperationException("after publishing");
        };

        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.Submit("a"));

        Assert.Equal(new ModelVersion(1), bench.Server.Current.Version);
    }

    [Fact]
    public async Task The_version_published_is_in_force_when_the_receipt_arrives()
    {
        await using ServerBench bench = Adding();

        UpdateReceipt receipt = await bench.Round("a");

        Assert.Equal(new UpdateReceipt(UpdateOutcome.Published, new ModelVersion(1), 1), receipt);
        Assert.Equal(receipt.Version, bench.Server.Current.Version);
        Assert.Equal(receipt.Version, (await bench.Assignment("b")).Version);
    }

    [Fact]
    public async Task Disposing_answers_what_was_queued_and_then_nothing_more_is_looked_at()
    {
        ServerBench bench = Scripted(out ScriptedAggregator aggregator);
        Gate gate = Hold(aggregator);
        Task<UpdateReceipt> beingFolded = bench.Submit("a");
        await gate.Arrived;
        Task<UpdateReceipt> waiting = bench.Submit("b");

        Task stop = bench.Server.DisposeAsync().AsTask(), again = bench.Server.DisposeAsync().AsTask();

        Assert.Equal(new UpdateReceipt(UpdateOutcome.Stopped, default), await bench.Submit("c"));
        Assert.Equal(new CheckOutResponse(CheckOutOutcome.Stopped), await bench.CheckOutResponse("c"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await bench.Server.FlushAsync());
        Assert.False(stop.IsCompleted);
        Assert.False(waiting.IsCompleted);
        gate.Open();
        await Task.WhenAll(stop, again);
        Assert.Equal(UpdateOutcome.Buffered, (await beingFolded).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, (await waiting).Outcome);
        Assert.Equal(["a", "b"], aggregator.Seen.Select(h => h.Client.Value));
    }

    [Fact]
    public async Task A_flush_takes_its_turn_and_gives_the_version_or_null()
    {
        await using ServerBench bench = Adding(capacity: 10);
        Assert.Null(await bench.Server.FlushAsync());
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Round("a")).Outcome);

        ModelSnapshot? published = await bench.Server.FlushAsync();

        Assert.Equal(new ModelVersion(1), published!.Version);
        Assert.Same(published, bench.Server.Current);
    }

    [Fact]
    public async Task A_flush_waits_for_room_and_can_be_cancelled_in_the_queue()
    {
        await using ServerBench bench = Scripted(out ScriptedAggregator aggregator, new FederatedServerOptions { QueueCapacity = 1 });
        Gate gate = Hold(aggregator);
        Task<UpdateReceipt> beingFolded = bench.Submit("a");
        await gate.Arrived;
        using var cancellation = new CancellationTokenSource();
        Task cancelled = bench.Server.FlushAsync(cancellation.Token).AsTask(), waitsForRoom = bench.Server.FlushAsync().AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        gate.Open();
        await Task.WhenAll(beingFolded, waitsForRoom);
        Assert.Equal(1, aggregator.Flushes);
    }

    [Fact]
    public async Task Calls_awaited_one_after_another_give_the_same_run_every_time()
    {
        async Task<List<string>> Run()
        {
            await using ServerBench bench = Adding(new FederatedServerOptions { Seed = 5, MaxConcurrency = 4 }, capacity: 3);
            var random = new Random(11);
            var out_ = new Dictionary<string, TrainingAssignment>();
            var seen = new List<string>();
            for (int i = 0; i < 300; i++)
            {
                string client = $"d{random.Next(8)}";
                if (out_.Remove(client, out TrainingAssignment? assignment))
                {
                    seen.Add((await bench.Submit(assignment)).ToString());
                }
                else
                {
                    CheckOutResponse answer = await bench.CheckOutResponse(client);
                    seen.Add($"{answer.Outcome} {answer.Assignment?.UpdateId} {answer.Assignment?.Version}");
                    if (answer.IsAssigned)
                    {
                        out_[client] = answer.Assignment;
                    }
                }

                bench.Time.Advance(TimeSpan.FromSeconds(random.Next(90)));
            }

            return seen;
        }

        Assert.Equal(await Run(), await Run());
    }

    /// <summary>Makes the aggregator wait at a gate, whatever becomes of the caller.</summary>
    private static Gate Hold(ScriptedAggregator aggregator)
    {
        var gate = new Gate();
        aggregator.OnAggregate = async (_, _) =>
        {
            await gate.PassAsync();
            return aggregator.Answer(UpdateOutcome.Buffered);
        };
        return gate;
    }
}
