using Ftte.Storage;
using static Ftte.Tests.ServerBench;
using static Ftte.Tests.StoredServer;

namespace Ftte.Tests;

/// <summary>What a server with a store acknowledges is durable; while the store fails, devices are busy.</summary>
public sealed class StoreDurabilityTests
{
    [Fact]
    public async Task Nothing_is_answered_before_it_is_durable()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3);
        await one.UseStoreAsync();
        TrainingAssignment assignment = await one.AssignAsync("a");
        var gate = new TaskCompletionSource();
        one.Store!.OnCommit = _ => gate.Task;

        Task<UpdateReceipt> update = one.SubmitAsync(assignment);
        Task<UpdateReceipt> again = one.SubmitAsync(assignment);
        Task<CheckOutResponse> checkOut = one.CheckOutAsync("b");
        await one.Server.DrainAsync();
        await Task.Yield();
        Assert.False(update.IsCompleted || again.IsCompleted || checkOut.IsCompleted);
        gate.SetResult();
        Assert.Equal(UpdateOutcome.Buffered, (await update).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, (await again).Outcome);
        Assert.True((await checkOut).IsAssigned);
    }

    [Fact]
    public async Task A_check_out_from_the_snapshot_waits_until_it_is_durable()
    {
        var commit = new TaskCompletionSource();
        var store = new MemoryStore();
        await using FederatedServer server = await StartAsync(store);
        store.OnCommit = _ => commit.Task;

        Task<SnapshotCheckOut> checkOut = server.CheckOutSnapshotAsync(Device("a")).AsTask();

        Assert.False(checkOut.IsCompleted);
        commit.SetResult();
        Assert.True((await checkOut).Response.IsAssigned);
    }

    [Fact]
    public async Task Updates_that_arrive_during_a_commit_share_the_next_one()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 40, new FederatedServerOptions());
        await one.UseStoreAsync();
        TrainingAssignment[] assignments = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => one.AssignAsync($"d{i}")));
        var gate = new TaskCompletionSource();
        one.Store!.OnCommit = _ => gate.Task;
        int before = one.Store.Commits;
        Task<UpdateReceipt>[] updates = [.. assignments.Select(assignment => one.SubmitAsync(assignment))];
        await one.Server.DrainAsync();
        gate.SetResult();

        Assert.All(await Task.WhenAll(updates), receipt => Assert.Equal(UpdateOutcome.Buffered, receipt.Outcome));
        Assert.InRange(one.Store.Commits - before, 1, 2);
    }

    [Fact]
    public async Task If_a_commit_fails_for_a_time_devices_are_busy_and_the_same_updates_count_once_afterwards()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3, Patient());
        await one.UseStoreAsync();
        TrainingAssignment a = await one.AssignAsync("a"), b = await one.AssignAsync("b");
        one.Store!.OnCommit = _ => throw new StoreException("The disk is full.", null, isTransient: true);

        UpdateReceipt busy = await one.SubmitAsync(a);
        Assert.Equal(UpdateOutcome.Busy, busy.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(1), busy.RetryAfter);
        Assert.Equal("The disk is full.", one.Server.StoreFault?.Message);
        Assert.Equal(UpdateOutcome.Busy, (await one.SubmitAsync(b)).Outcome);
        Assert.Equal(CheckOutOutcome.Busy, (await one.CheckOutAsync("c")).Outcome);

        one.Store.OnCommit = _ => Task.CompletedTask;
        await RetryAsync(one);
        Assert.Equal(UpdateOutcome.Duplicate, (await one.SubmitAsync(a)).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, (await one.SubmitAsync(b)).Outcome);
        await one.KillAsync();
        Assert.Equal(UpdateOutcome.Duplicate, (await one.SubmitAsync(a)).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, (await one.SubmitAsync(b)).Outcome);
        Assert.Equal(UpdateOutcome.Published, (await one.SubmitAsync(await one.AssignAsync("c"))).Outcome);
    }

    [Fact]
    public async Task If_the_server_is_killed_while_commits_fail_the_update_counts_when_it_is_sent_again()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3);
        await one.UseStoreAsync();
        TrainingAssignment a = await one.AssignAsync("a");
        one.Store!.OnCommit = _ => throw new StoreException("The disk is full.", null, isTransient: true);
        Assert.Equal(UpdateOutcome.Busy, (await one.SubmitAsync(a)).Outcome);
        await one.KillAsync();
        Assert.Equal(UpdateOutcome.Buffered, (await one.SubmitAsync(a)).Outcome);
    }

    [Fact]
    public async Task If_a_commit_fails_although_it_succeeded_nothing_counts_twice()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3, Patient());
        await one.UseStoreAsync();
        TrainingAssignment a = await one.AssignAsync("a");
        bool fails = true;
        one.Store!.AfterCommit = () => _ = fails ? throw new StoreException("The connection broke.", null, isTransient: true) : true;
        Assert.Equal(UpdateOutcome.Busy, (await one.SubmitAsync(a)).Outcome);
        fails = false;
        await RetryAsync(one);
        Assert.Equal(UpdateOutcome.Duplicate, (await one.SubmitAsync(a)).Outcome);
        await one.KillAsync();
        Assert.Equal(UpdateOutcome.Duplicate, (await one.SubmitAsync(a)).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, (await one.SubmitAsync(await one.AssignAsync("b"))).Outcome);
    }

    [Fact]
    public async Task If_the_store_is_lost_devices_are_busy_until_a_restart()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3);
        await one.UseStoreAsync();
        TrainingAssignment a = await one.AssignAsync("a");
        one.Store!.OnCommit = _ => throw new InvalidOperationException("Broken.");
        Assert.Equal(UpdateOutcome.Busy, (await one.SubmitAsync(a)).Outcome);
        one.Store.OnCommit = _ => Task.CompletedTask;
        one.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(UpdateOutcome.Busy, (await one.SubmitAsync(a)).Outcome);
        Assert.False(one.Server.StoreFault!.IsTransient);
        Assert.Contains("Broken.", one.Server.StoreFault.Message, StringComparison.Ordinal);
        await one.KillAsync();
        Assert.Equal(UpdateOutcome.Buffered, (await one.SubmitAsync(a)).Outcome);
    }

    /// <summary>Options under which the time that <see cref="RetryAsync"/> takes publishes nothing and ends no lease.</summary>
    private static FederatedServerOptions Patient() => new() { LeaseDuration = TimeSpan.FromDays(7) };

    private static async Task RetryAsync(RestartableFederation federation)
    {
        // The loop may not have set its timer yet, so one step of the clock may not be enough. The real pause keeps the clock from running far ahead of the loop.
        while (federation.Server.StoreFault is not null)
        {
            federation.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }
}
