using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

public sealed class WaitForWorkTests
{
    [Fact]
    public async Task A_check_out_of_a_snapshot_gives_the_shared_model_and_the_same_assignment()
    {
        await using ServerBench bench = Adding();

        SnapshotCheckOut first = await bench.Server.CheckOutSnapshotAsync(Device("a"));

        Assert.Same(bench.Server.Current, first.Model);
        Assert.True(first.Response.Assignment!.Refreshed.IsFull);
        Assert.Equal(UpdateOutcome.Published, (await bench.Submit(first.Response.Assignment)).Outcome);
        Assert.Null((await bench.Server.CheckOutSnapshotAsync(Device("a") with { LayoutFingerprint = 1 })).Model);
    }

    [Fact]
    public async Task A_free_place_ends_the_wait_at_once()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = 1 });

        await bench.Server.WaitForWorkAsync(new ClientId("a"));
    }

    [Fact]
    public async Task An_update_notifies_the_client_that_has_waited_longest()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = 1 }, capacity: 9);
        TrainingAssignment work = await bench.Assignment("a");
        Task first = bench.Server.WaitForWorkAsync(new ClientId("b")).AsTask();
        Task second = bench.Server.WaitForWorkAsync(new ClientId("c")).AsTask();
        Assert.False(first.IsCompleted);

        await bench.Submit(work);

        await first;
        await bench.Assignment("b");
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task A_place_that_a_notified_client_does_not_take_goes_to_the_next()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = 1, MaxAssignmentsPerVersion = 5 }, capacity: 9);
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Round("done")).Outcome);
        TrainingAssignment work = await bench.Assignment("a");
        Task other = bench.Server.WaitForWorkAsync(new ClientId("b")).AsTask();
        Task next = bench.Server.WaitForWorkAsync(new ClientId("c")).AsTask();
        await bench.Submit(work);
        await other;
        Assert.False(next.IsCompleted);

        // "b" does not check out. A client that must wait for the next version leaves the place to the others.
        _ = bench.Server.WaitForWorkAsync(new ClientId("done")).AsTask();

        await next;
    }

    [Fact]
    public async Task A_published_version_notifies_the_clients_that_have_used_their_share()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxAssignmentsPerVersion = 3 }, capacity: 2);
        Assert.Equal(UpdateOutcome.Buffered, (await bench.Round("a")).Outcome);
        Task waiting = bench.Server.WaitForWorkAsync(new ClientId("a")).AsTask();
        Assert.False(waiting.IsCompleted);

        Assert.Equal(UpdateOutcome.Published, (await bench.Round("b")).Outcome);

        await waiting;
        await bench.Assignment("a");
    }

    [Fact]
    public async Task An_expired_lease_ends_the_wait()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = 1, LeaseDuration = TimeSpan.FromMinutes(1) });
        await bench.Assignment("vanished");
        Task waiting = bench.Server.WaitForWorkAsync(new ClientId("b")).AsTask();
        bench.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(waiting.IsCompleted);

        bench.Time.Advance(TimeSpan.FromSeconds(1));

        await waiting;
        await bench.Assignment("b");
    }

    [Fact]
    public async Task A_stopped_server_and_a_canceled_token_end_the_wait()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = 1 });
        await bench.Assignment("a");
        using var cancellation = new CancellationTokenSource();
        Task canceled = bench.Server.WaitForWorkAsync(new ClientId("b"), cancellation.Token).AsTask();
        Task stopped = bench.Server.WaitForWorkAsync(new ClientId("c")).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        await bench.Server.DisposeAsync();

        await stopped;
        Assert.Equal(CheckOutOutcome.Stopped, (await bench.Server.CheckOutSnapshotAsync(Device("c"))).Response.Outcome);
    }

    [Fact]
    public async Task Clients_that_wait_concurrently_all_get_work()
    {
        await using ServerBench bench = Adding(new FederatedServerOptions { MaxConcurrency = 2 }, capacity: 3);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            var client = new ClientId($"d{i}");
            for (int rounds = 0; rounds < 20;)
            {
                SnapshotCheckOut work = await bench.Server.CheckOutSnapshotAsync(Device(client.Value));
                if (work.Response.Outcome == CheckOutOutcome.Busy)
                {
                    await bench.Server.WaitForWorkAsync(client);
                    continue;
                }

                Assert.True((await bench.Submit(work.Response.Assignment!)).IsAccepted);
                rounds++;
            }
        })));

        Assert.Equal(16 * 20 / 3, bench.Server.Current.Version.Number);
    }
}
