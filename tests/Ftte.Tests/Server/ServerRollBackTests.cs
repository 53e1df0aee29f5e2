using Ftte.Aggregation;
using Ftte.Storage;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A running server that publishes an earlier model as a new version.</summary>
public sealed class ServerRollBackTests
{
    [Fact]
    public async Task Devices_receive_the_earlier_parameters_under_the_next_version()
    {
        await using RestartableFederation one = Create();
        ModelSnapshot good = await PublishAsync(one);
        await PublishAsync(one);
        ModelSnapshot bad = await PublishAsync(one);

        ModelSnapshot restored = await one.Server.RollBackAsync(good);

        Assert.Equal((4, good.Fingerprint), (restored.Version.Number, restored.Fingerprint));
        Assert.Same(restored, one.Server.Current);
        float[] buffer = bad.Parameters.ToArray();
        CheckOutResponse answer = await one.Server.CheckOutAsync(Device("phone", bad.Version.Number) with { HeldFingerprint = bad.Fingerprint }, buffer);
        Assert.Equal((restored.Version, good.Fingerprint), (answer.Assignment!.Version, answer.Assignment.ModelFingerprint));
        Assert.Equal(good.Parameters.ToArray(), buffer);
    }

    [Fact]
    public async Task A_device_downloads_the_coordinates_that_were_trained_since_the_earlier_version()
    {
        await using RestartableFederation one = Create();
        ModelSnapshot good = await PublishAsync(one);
        one.Server.ChangeSelection(B, 0);
        ModelSnapshot bad = await PublishAsync(one);
        await one.Server.RollBackAsync(good);

        Assert.Equal(B, await LackingAsync("a", bad));
        Assert.Equal(B, await LackingAsync("b", good));
        Assert.Equal(A.Union(B), await LackingAsync("c", Start));
        Assert.True((await LackingAsync("d", new ModelSnapshot(Layout, bad.Version, Start.Parameters.Span))).IsFull);

        async Task<ParameterSelection> LackingAsync(string client, ModelSnapshot held) => (await one.CheckOutAsync(client, (held.Version, held.Fingerprint))).Assignment!.Refreshed;
    }

    [Fact]
    public async Task An_unknown_earlier_version_changes_all_parameters()
    {
        await using RestartableFederation one = Create();
        ModelSnapshot version = await PublishAsync(one);

        await one.Server.RollBackAsync(new ModelSnapshot(Layout, default, new float[Layout.ParameterCount]));

        Assert.True((await one.CheckOutAsync("a", (version.Version, version.Fingerprint))).Assignment!.Refreshed.IsFull);
        Assert.All(one.Server.Current.Parameters.ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task Updates_in_flight_are_too_stale_only_if_they_were_trained_on_reverted_versions()
    {
        await using RestartableFederation one = Create(capacity: 2);
        TrainingAssignment fromGood = await one.AssignAsync("early");
        ModelSnapshot good = one.Server.Current;
        await PublishAsync(one);
        TrainingAssignment fromBad = await one.AssignAsync("late"), buffered = await one.AssignAsync("buffered");
        Assert.Equal(UpdateOutcome.Buffered, (await one.SubmitAsync(buffered)).Outcome);

        await one.Server.RollBackAsync(good);

        Assert.Equal(UpdateOutcome.TooStale, (await one.SubmitAsync(fromBad)).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, (await one.SubmitAsync(fromGood)).Outcome);
        Assert.Equal(UpdateOutcome.Published, (await one.SubmitAsync(await one.AssignAsync("buffered"))).Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_is_killed_afterwards_continues_with_the_same_bits(bool restartsTwice)
    {
        await using RestartableFederation killed = Create(), twin = Create();
        await killed.UseStoreAsync();
        foreach (RestartableFederation one in new[] { killed, twin })
        {
            ModelSnapshot good = await PublishAsync(one);
            await PublishAsync(one);
            TrainingAssignment inFlight = await one.AssignAsync("late");
            await one.Server.RollBackAsync(good);
            if (one == killed)
            {
                Assert.Equal(new ModelVersion(3), one.Store!.Versions[^1]);
                await one.KillAsync();
                await (restartsTwice ? one.KillAsync() : Task.CompletedTask);
            }

            Assert.Equal(UpdateOutcome.TooStale, (await one.SubmitAsync(inFlight)).Outcome);
            CheckOutResponse answer = await one.CheckOutAsync("holder", (good.Version, good.Fingerprint));
            Assert.Equal((3, A), (answer.Assignment!.Version.Number, answer.Assignment.Refreshed));
            await PublishAsync(one);
        }

        Assert.Equal((4, twin.Server.Current.Fingerprint), (killed.Server.Current.Version.Number, killed.Server.Current.Fingerprint));
    }

    [Fact]
    public async Task A_roll_back_is_not_confirmed_before_it_is_durable()
    {
        await using RestartableFederation one = Create();
        await one.UseStoreAsync();
        ModelSnapshot start = one.Server.Current;
        await PublishAsync(one);
        one.Store!.OnCommit = _ => throw new StoreException("The disk is full.", null, isTransient: true);

        StoreException error = await Assert.ThrowsAsync<StoreException>(async () => await one.Server.RollBackAsync(start));

        Assert.DoesNotContain(new ModelVersion(2), one.Store.Versions);
        Assert.Contains("not durable yet", error.Message, StringComparison.Ordinal);
        Assert.Equal(CheckOutOutcome.Busy, (await one.CheckOutAsync("a")).Outcome);
    }

    [Fact]
    public async Task A_snapshot_that_is_not_an_earlier_version_of_the_model_changes_nothing()
    {
        await using RestartableFederation one = Create();
        await one.UseStoreAsync();
        ModelSnapshot current = await PublishAsync(one);
        int records = one.Store!.RecordCount;

        await Assert.ThrowsAsync<ArgumentException>("earlier", async () => await one.Server.RollBackAsync(current));
        await Assert.ThrowsAsync<ArgumentException>("earlier", async () => await one.Server.RollBackAsync(new ModelSnapshot(ParameterLayout.Create(("y", [2])), default, [1, 1])));

        Assert.Same(current, one.Server.Current);
        Assert.Equal(records, one.Store.RecordCount);
    }

    [Fact]
    public async Task An_aggregator_that_cannot_roll_back_and_a_server_that_was_disposed_say_so()
    {
        await using ServerBench bench = Scripted(out _);
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await bench.Server.RollBackAsync(Start));
        Assert.Contains($"{nameof(ScriptedAggregator)} cannot roll back. Implement {nameof(IRevertibleAggregator)}", error.Message, StringComparison.Ordinal);
        await bench.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await bench.Server.RollBackAsync(Start));
    }

    private static RestartableFederation Create(int capacity = 1) => new(surveys: false, inRounds: false, capacity, new FederatedServerOptions());

    private static async Task<ModelSnapshot> PublishAsync(RestartableFederation federation)
    {
        UpdateReceipt receipt = default;
        for (int i = 0; receipt.Outcome != UpdateOutcome.Published; i++)
        {
            receipt = await federation.SubmitAsync(await federation.AssignAsync($"d{i}"));
        }

        return federation.Server.Current;
    }
}
