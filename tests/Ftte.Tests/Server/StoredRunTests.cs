using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Storage;
using Ftte.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A server with a store: what is acknowledged is durable, and a killed server continues as if it had not been.</summary>
public sealed class StoredRunTests
{
    [Theory]
    [InlineData(1, false, false)]
    [InlineData(2, false, true)]
    [InlineData(3, true, false)]
    [InlineData(4, true, true)]
    [InlineData(5, true, true)]
    [InlineData(6, false, false, true)]
    [InlineData(7, true, true, true)]
    [InlineData(8, false, true, true)]
    public async Task A_run_killed_at_random_points_gives_the_same_versions_IDs_and_receipts(int seed, bool surveys, bool inRounds, bool evaluates = false)
    {
        List<string> plain = await RestartableFederation.RunAsync(seed, surveys, inRounds, evaluates);
        List<string> killed = await RestartableFederation.RunAsync(seed, surveys, inRounds, evaluates, interrupt: federation => federation.KillAtCommitAsync(), begin: federation => federation.UseStoreAsync());

        Assert.Equal(plain, killed);
        Assert.Contains(plain, line => line.Contains("Published", StringComparison.Ordinal));
        Assert.Equal(surveys, plain.Any(line => line.Contains("Surveyed", StringComparison.Ordinal)));
        Assert.Equal(evaluates, plain.Any(line => line.Contains("Evaluated", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_lease_keeps_the_time_that_it_had_left()
    {
        var options = new FederatedServerOptions { MaxConcurrency = 1, LeaseDuration = TimeSpan.FromMinutes(10) };
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3, options);
        await one.UseStoreAsync();
        one.Time.Advance(TimeSpan.FromMinutes(60));
        await one.AssignAsync("a");
        one.Time.Advance(TimeSpan.FromMinutes(9));
        await one.CheckOutAsync("a");
        await one.KillAsync();

        one.Time.Advance(TimeSpan.FromMinutes(9.5));
        Assert.Equal(CheckOutOutcome.Busy, (await one.CheckOutAsync("b")).Outcome);
        one.Time.Advance(TimeSpan.FromMinutes(0.5));
        Assert.Equal(CheckOutOutcome.Assigned, (await one.CheckOutAsync("b")).Outcome);
    }

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

    [Fact]
    public async Task A_refused_version_stays_refused_after_a_restart()
    {
        var refusing = new ScriptedGuard();
        var store = new MemoryStore();
        await using (FederatedServer server = await StartAsync(store, refusing))
        {
            refusing.Reason = "No.";
            Assert.Equal([UpdateOutcome.Buffered, UpdateOutcome.Refused], [await RoundAsync(server, "a"), await RoundAsync(server, "b")]);
            Assert.Equal(UpdateOutcome.Buffered, await RoundAsync(server, "c"));
        }

        refusing.Reason = null;
        await using FederatedServer resumed = await StartAsync(store, refusing);
        Assert.Equal(default, resumed.Current.Version);
        Assert.Equal(UpdateOutcome.Published, await RoundAsync(resumed, "a"));
    }

    [Fact]
    public async Task Other_options_than_those_of_the_run_are_one_clear_error()
    {
        var store = new MemoryStore();
        await using (FederatedServer server = await StartAsync(store))
        {
            await RoundAsync(server, "a");
            await RoundAsync(server, "b");
        }

        var other = new BufferedAggregatorOptions { Capacity = 2, Optimizer = ServerOptimizer.Sgd(0.5) };
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await StartAsync(store, options: other));
        Assert.Contains("Specify the same ones", error.Message, StringComparison.Ordinal);
        await using FederatedServer resumed = await StartAsync(store);
        Assert.Equal(new ModelVersion(1), resumed.Current.Version);
    }

    [Fact]
    public async Task A_damaged_record_is_one_clear_error()
    {
        var store = new MemoryStore();
        await using (FederatedServer server = await StartAsync(store))
        {
            await RoundAsync(server, "a");
        }

        int records = store.RecordCount;
        Assert.Equal(2, records);
        for (int record = 0; record < records; record++)
        {
            for (int at = 0; at < 40; at++)
            {
                MemoryStore damaged = store.Copy();
                damaged.Damage(record, at);
                await Assert.ThrowsAsync<WireFormatException>(async () => await StartAsync(damaged));
                damaged.Damage(record, at);
            }
        }
    }

    [Fact]
    public async Task Every_version_is_stored_with_the_update_that_completed_it()
    {
        var store = new MemoryStore();
        await using FederatedServer server = await StartAsync(store);
        Assert.Equal([new ModelVersion(0)], store.Versions);
        await RoundAsync(server, "a");
        await RoundAsync(server, "b");
        await RoundAsync(server, "a");
        Assert.Equal([new ModelVersion(0), new ModelVersion(1)], store.Versions);
        Assert.Equal(new ModelVersion(2), (await server.FlushAsync())?.Version);
        Assert.Equal([new ModelVersion(0), new ModelVersion(1), new ModelVersion(2)], store.Versions);
        await using FederatedServer resumed = await StartAsync(store.Copy());
        Assert.Equal(server.Current.Fingerprint, resumed.Current.Fingerprint);
    }

    [Fact]
    public async Task A_checkpoint_replaces_the_records_before_it()
    {
        var store = new MemoryStore();
        ParameterLayout wide = ParameterLayout.Create(("w", [1 << 20]));
        var model = new ModelSnapshot(wide, default, new float[1 << 20]);
        await using (FederatedServer server = await StartAsync(store, model: model))
        {
            for (int i = 0; i < 7; i++)
            {
                await RoundAsync(server, $"d{i}");
            }
        }

        // Four updates of 4 MiB reach the 16 MiB after which a checkpoint is due; three follow it.
        Assert.InRange(store.RecordCount, 2, 8);
        await using FederatedServer resumed = await StartAsync(store.Copy(), model: model);
        Assert.Equal(new ModelVersion(3), resumed.Current.Version);
        Assert.Equal(UpdateOutcome.Published, await RoundAsync(resumed, "e"));
    }

    [Fact]
    public async Task A_step_scale_that_a_device_has_received_is_kept()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3);
        await one.UseStoreAsync();
        one.Server.ChangeStepScale(0.7f);
        one.Server.ChangeStepScale(0.3f);
        await one.AssignAsync("a");

        await one.KillAsync();

        Assert.Equal(0.3f, (await one.AssignAsync("b")).StepScale);
    }

    [Fact]
    public async Task An_answer_to_an_evaluation_counts_once_in_the_group_that_the_client_had()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 9, new FederatedServerOptions(), evaluates: true);
        await one.UseStoreAsync();
        TrainingAssignment first = await one.AssignAsync("d1"), second = await one.AssignAsync("d2");
        Assert.Equal(UpdateOutcome.Evaluated, (await one.SubmitAsync(first, [2, 0.5f])).Outcome);
        one.Evaluation!.GroupOf = _ => "later";

        await one.KillAsync();

        Assert.Equal(UpdateOutcome.Duplicate, (await one.SubmitAsync(first, [2, 0.5f])).Outcome);
        Assert.Equal(UpdateOutcome.Evaluated, (await one.SubmitAsync(second, [4, 0.25f])).Outcome);
        Assert.Equal(UpdateOutcome.Evaluated, (await one.SubmitAsync(await one.AssignAsync("d3"), [6, 1])).Outcome);
        FederatedEvaluation closed = Assert.Single(one.Closed);
        Assert.Equal(["d1 low 2 0.5", "d2 later 4 0.25", "d3 later 6 1"], closed.Answers.Select(answer => FormattableString.Invariant($"{answer.Client} {answer.Group} {answer.Values[0]} {answer.Values[1]}")));
        Assert.Equal(Start.Fingerprint, one.Server.BestModel?.Fingerprint);
    }

    [Fact]
    public async Task Early_stopping_and_the_best_version_survive_a_kill()
    {
        await using RestartableFederation one = new(
            surveys: false, inRounds: false, capacity: 1, new FederatedServerOptions(), evaluates: true, evaluation => (evaluation.Devices, evaluation.EveryVersions, evaluation.Patience) = (1, 1, 2));
        await one.UseStoreAsync();
        ulong best = 0;
        foreach (float loss in new[] { 5f, 3, 4, 6 })
        {
            best = loss == 3 ? one.Server.Current.Fingerprint : best;
            Assert.False(one.Server.IsTrainingEnded);
            Assert.Equal(UpdateOutcome.Evaluated, (await one.SubmitAsync(await one.AssignAsync($"e{loss}"), [loss, 0.5f])).Outcome);
            await one.KillAsync();
            if (loss != 6)
            {
                Assert.Equal(UpdateOutcome.Published, (await one.SubmitAsync(await one.AssignAsync($"e{loss}"))).Outcome);
            }
        }

        Assert.True(one.Server.IsTrainingEnded);
        Assert.Equal(best, one.Server.BestModel!.Fingerprint);
        Assert.Equal(CheckOutOutcome.TrainingEnded, (await one.CheckOutAsync("t")).Outcome);
    }

    [Fact]
    public async Task A_device_that_never_trains_has_no_budget_after_a_kill()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3, evaluates: true);
        await one.UseStoreAsync();
        Assert.True((await one.CheckOutAsync("e", neverTrains: true)).IsAssigned);
        Assert.True((await one.CheckOutAsync("t")).IsAssigned);

        await one.KillAsync();

        Assert.Equal(1, one.Registry.Count);
    }

    [Fact]
    public async Task Without_the_evaluations_of_the_run_its_records_are_one_clear_error()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3, evaluates: true);
        await one.UseStoreAsync();
        await one.SubmitAsync(await one.AssignAsync("a"));

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await StartAsync(one.Store!.Copy()));

        Assert.Contains("the evaluation differ", error.Message, StringComparison.Ordinal);
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
    public async Task A_server_of_a_container_evaluates_with_a_store()
    {
        var store = new MemoryStore();
        await using (ServiceProvider provider = Build(store))
        {
            Assert.True(provider.GetRequiredService<FederatedServer>().CanEvaluate(new ClientId("a")));
            FederatedServer server = provider.GetRequiredService<FederatedServer>();
            CheckOutResponse asked = await server.CheckOutAsync(Device("a") with { CanEvaluate = true }, new float[Layout.ParameterCount]);
            using SparseUpdate answer = SparseUpdate.Create(asked.Assignment!.CreateHeader(1), [1, 0.5f]);
            Assert.Equal(UpdateOutcome.Evaluated, (await server.SubmitAsync(answer)).Outcome);
        }

        await using ServiceProvider resumed = Build(store);
        Assert.Equal(Start.Fingerprint, resumed.GetRequiredService<FederatedServer>().BestModel?.Fingerprint);

        static ServiceProvider Build(MemoryStore store) => new ServiceCollection()
            .AddFtteServer().UseModel(Start).UseSelection(A).UseEvaluation(new EvaluationOptions { Devices = 1 }).UseStore(_ => store).Services.BuildServiceProvider();
    }

    [Fact]
    public async Task An_aggregator_without_a_state_is_one_clear_error()
    {
        StoredRun run = await StoredRun.LoadAsync(new MemoryStore());
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await FederatedServer.ResumeAsync(run, new ScriptedAggregator(Start), new SelectionHistory(A)));
        Assert.Contains("cannot save its state", error.Message, StringComparison.Ordinal);
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

    private static async Task<FederatedServer> StartAsync(MemoryStore store, IVersionGuard? guard = null, BufferedAggregatorOptions? options = null, ModelSnapshot? model = null)
    {
        options ??= new BufferedAggregatorOptions { Capacity = 2, Guard = guard };
        model ??= Start;
        StoredRun run = await StoredRun.LoadAsync(store);
        SelectionHistory selections = run.State?.RestoreSelections() ?? new SelectionHistory(ParameterSelection.Full(model.Layout));
        BufferedAggregator aggregator = run.State is { } state
            ? BufferedAggregator.Restore(state.Aggregator, model.Layout, selections, options)
            : new BufferedAggregator(model, selections, options);
        return await FederatedServer.ResumeAsync(run, aggregator, selections, time: new FakeTimeProvider());
    }

    private static async Task<UpdateOutcome> RoundAsync(FederatedServer server, string client)
    {
        ParameterLayout layout = server.Current.Layout;
        CheckOutResponse answer = await server.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1 << 20, layout.Fingerprint), new float[layout.ParameterCount]);
        using SparseUpdate update = SparseUpdate.Create(answer.Assignment!.CreateHeader(1), [.. Enumerable.Range(0, layout.ParameterCount).Select(i => 0.1f + (0.01f * (i % 17)))]);
        return (await server.SubmitAsync(update)).Outcome;
    }

    private sealed class ScriptedGuard : IVersionGuard
    {
        public string? Reason { get; set; }

        public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step) => Reason;
    }
}
