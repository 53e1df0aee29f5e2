using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Wire;
using static Ftte.Tests.ServerBench;
using static Ftte.Tests.StoredServer;

namespace Ftte.Tests;

/// <summary>A killed server with a store continues as if it had not been killed.</summary>
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
    public async Task An_aggregator_without_a_state_is_one_clear_error()
    {
        StoredRun run = await StoredRun.LoadAsync(new MemoryStore());
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await FederatedServer.ResumeAsync(run, new ScriptedAggregator(Start), new SelectionHistory(A)));
        Assert.Contains("cannot save its state", error.Message, StringComparison.Ordinal);
    }

    private sealed class ScriptedGuard : IVersionGuard
    {
        public string? Reason { get; set; }

        public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step) => Reason;
    }
}
