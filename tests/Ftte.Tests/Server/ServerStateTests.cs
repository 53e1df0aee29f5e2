using Ftte.Selection;
using Ftte.Wire;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A server that is saved and restored goes on as if there had been no interruption.</summary>
public sealed class ServerStateTests
{
    [Theory]
    [InlineData(178_956_967, 178_956_967, true)]
    [InlineData(178_956_967, 178_956_965, false)]
    [InlineData(500_000_000, 18_000_000, false)]
    [InlineData(500_000_000, 20_000_000, true)]
    [InlineData(750_000_000, 1, true)]
    public void A_store_refuses_a_model_whose_state_exceeds_the_length_of_an_array(int parameters, int selected, bool isRefused)
    {
        ParameterLayout layout = ParameterLayout.Create(("w", [parameters]));
        ParameterSelection selection = ParameterSelection.Create(parameters, [new ParameterRange(0, selected)]);

        ArgumentException? error = (ArgumentException?)Record.Exception(() => ServerState.CheckLength(layout, selection));

        Assert.Equal(isRefused, error is not null);
        Assert.Contains(isRefused ? "Select fewer parameters" : "", error?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(2, false, true)]
    [InlineData(3, true, false)]
    [InlineData(4, true, true)]
    [InlineData(5, true, true)]
    [InlineData(6, false, false, true)]
    [InlineData(7, true, true, true)]
    public async Task A_run_interrupted_at_random_points_gives_the_same_versions_IDs_and_receipts(int seed, bool surveys, bool inRounds, bool evaluates = false)
    {
        List<string> plain = await RestartableFederation.RunAsync(seed, surveys, inRounds, evaluates);
        List<string> interrupted = await RestartableFederation.RunAsync(seed, surveys, inRounds, evaluates, interrupt: federation => federation.RestartAsync());

        Assert.Equal(plain, interrupted);
        Assert.Contains(plain, line => line.Contains("Published", StringComparison.Ordinal));
        Assert.Equal(surveys, plain.Any(line => line.Contains("Surveyed", StringComparison.Ordinal)));
        Assert.Equal(evaluates, plain.Any(line => line.Contains("Evaluated", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Everything_that_a_client_notices_is_the_same_after_a_restart()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3);
        TrainingAssignment early = await one.AssignAsync("a");
        TrainingAssignment open = await one.AssignAsync("b");
        Assert.Equal(UpdateOutcome.Buffered, (await one.SubmitAsync(early)).Outcome);
        Assert.Equal(CheckOutOutcome.Busy, (await one.CheckOutAsync("a")).Outcome);
        one.Time.Advance(TimeSpan.FromMinutes(3));

        await one.RestartAsync();

        Assert.Equal(CheckOutOutcome.Busy, (await one.CheckOutAsync("a")).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, (await one.SubmitAsync(early)).Outcome);
        Assert.Equal(UpdateOutcome.Buffered, (await one.SubmitAsync(open)).Outcome);
        TrainingAssignment next = await one.AssignAsync("c");
        Assert.DoesNotContain(next.UpdateId, new[] { early.UpdateId, open.UpdateId });
        Assert.Equal(UpdateOutcome.Published, (await one.SubmitAsync(next)).Outcome);
        Assert.Equal(3, one.Registry.Count);

        // Devices are sent only what they lack, also of versions from before the restart.
        await one.RestartAsync();
        CheckOutResponse answer = await one.CheckOutAsync("a", held: (early.Version, early.ModelFingerprint));
        Assert.Equal(A, answer.Assignment!.Refreshed);
    }

    [Fact]
    public async Task A_restored_server_assigns_with_the_step_scale_of_the_saved_one()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3);
        one.Server.ChangeStepScale(0.3f);

        await one.RestartAsync();

        Assert.Equal(0.3f, (await one.AssignAsync("a")).StepScale);
    }

    [Fact]
    public async Task A_lease_keeps_the_time_that_it_had_left()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3, new FederatedServerOptions { MaxConcurrency = 1, LeaseDuration = TimeSpan.FromMinutes(10) });
        await one.AssignAsync("a");
        one.Time.Advance(TimeSpan.FromMinutes(9));
        await one.RestartAsync();

        one.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(CheckOutOutcome.Busy, (await one.CheckOutAsync("b")).Outcome);
        one.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CheckOutOutcome.Assigned, (await one.CheckOutAsync("b")).Outcome);
    }

    [Fact]
    public async Task Registered_devices_are_restored_and_a_registry_that_is_given_decides_itself()
    {
        var options = new FederatedServerOptions { RequireRegistration = true };
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3, options);
        one.Registry.Register(new ClientId("a"), 1 << 20);
        ServerState state = await one.Server.CaptureStateAsync();

        SelectionHistory selections = state.RestoreSelections();
        await using FederatedServer own = FederatedServer.Restore(state, one.RestoreAggregator(state, selections), selections, options);
        Assert.Equal(CheckOutOutcome.Assigned, (await own.CheckOutAsync(Device("a"), new float[12])).Outcome);
        selections = state.RestoreSelections();
        await using FederatedServer given = FederatedServer.Restore(state, one.RestoreAggregator(state, selections), selections, options, new DeviceRegistry());
        Assert.Equal(CheckOutOutcome.UnknownClient, (await given.CheckOutAsync(Device("a"), new float[12])).Outcome);
    }

    [Fact]
    public async Task What_does_not_belong_together_is_one_clear_error()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 1);
        ServerState old = await one.Server.CaptureStateAsync();
        await one.SubmitAsync(await one.AssignAsync("a"));
        ServerState state = await one.Server.CaptureStateAsync();
        SelectionHistory selections = state.RestoreSelections();

        Assert.Contains("Restore the aggregator from", Error(() => FederatedServer.Restore(state, one.RestoreAggregator(old, selections), selections)), StringComparison.Ordinal);
        var changed = new SelectionHistory(A);
        changed.Announce(B);
        Assert.Contains("Use ServerState.RestoreSelections", Error(() => FederatedServer.Restore(state, one.RestoreAggregator(state, selections), changed)), StringComparison.Ordinal);
        ParameterLayout other = ParameterLayout.Create(("x", [12]));
        var foreign = new ScriptedAggregator(new ModelSnapshot(other, new ModelVersion(1), new float[12]));
        Assert.Contains("The layout of the state differs", Error(() => FederatedServer.Restore(state, foreign, selections)), StringComparison.Ordinal);
        await using ServerBench scripted = Scripted(out _);
        Assert.Contains("cannot save its state", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await scripted.Server.CaptureStateAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_of_format_version_1_is_read()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 1);
        await one.SubmitAsync(await one.AssignAsync("a"));
        TrainingAssignment open = await one.AssignAsync("a");
        byte[] old = ToVersion1((await one.Server.CaptureStateAsync()).Bytes.Span);

        ServerState state = ServerState.Read(old);
        SelectionHistory selections = state.RestoreSelections();
        await using FederatedServer server = FederatedServer.Restore(
            state, one.RestoreAggregator(state, selections), selections, time: one.Time, evaluation: new EvaluationOptions { Devices = 1 });

        using SparseUpdate update = SparseUpdate.Create(open.CreateHeader(1), new float[open.Selection.Count]);
        Assert.Equal(UpdateOutcome.Published, (await server.SubmitAsync(update)).Outcome);
        Assert.True(server.CanEvaluate(new ClientId("a")));
    }

    [Fact]
    public async Task Evaluations_are_restored_only_with_the_same_metrics_and_skipped_by_a_server_without_them()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 1, evaluates: true);
        await one.SubmitAsync(await one.AssignAsync("a"), [0.5f, 0.5f]);
        ServerState state = await one.Server.CaptureStateAsync();

        Assert.Contains("other metrics of evaluations: 'loss, accuracy' instead of 'loss'", Error(() => Restore(new EvaluationOptions { Metrics = [EvaluationMetric.Loss] })), StringComparison.Ordinal);
        Assert.Contains("other watched metric", Error(() => Restore(new EvaluationOptions { WatchedMetric = "accuracy" })), StringComparison.Ordinal);
        await using FederatedServer without = Restore(null);
        Assert.False(without.CanEvaluate(new ClientId("b")));

        FederatedServer Restore(EvaluationOptions? evaluation)
        {
            SelectionHistory selections = state.RestoreSelections();
            return FederatedServer.Restore(state, one.RestoreAggregator(state, selections), selections, evaluation: evaluation);
        }
    }

    /// <summary>Removes what version 2 has added to a state of one claimed device with one lease: the renewals of the lease, what follows the surveys, and a flag at the end.</summary>
    private static byte[] ToVersion1(ReadOnlySpan<byte> state)
    {
        const int Head = 13, StepScale = 8, Claim = 2 + 8 + 8, AfterFlag = 1 + 8 + 1 + 4 + 4 + Claim + 1;
        ReadOnlySpan<byte> content = state[Head..^4];
        byte[] old = [.. state[..4], 1, .. BitConverter.GetBytes(content.Length - 3L - StepScale), .. content[..^(AfterFlag + StepScale + 3)], content[^(AfterFlag + StepScale + 2)], .. content[^AfterFlag..^1], 0, 0, 0, 0];
        BitConverter.TryWriteBytes(old.AsSpan(old.Length - 4), global::Ftte.Numerics.Crc32C.Compute(old.AsSpan(..^4)));
        return old;
    }

    [Fact]
    public async Task Damaged_bytes_are_one_clear_error_wherever_the_damage_is()
    {
        await using RestartableFederation one = new(surveys: true, inRounds: false, capacity: 3);
        await one.SubmitAsync(await one.AssignAsync("a"));
        await one.AssignAsync("b");
        byte[] bytes = (await one.Server.CaptureStateAsync()).Bytes.ToArray();

        for (int length = 0; length < bytes.Length; length += 7)
        {
            Assert.Throws<WireFormatException>(() => ServerState.Read(bytes.AsSpan(0, length)));
        }

        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= 0x10;
            Assert.Throws<WireFormatException>(() => ServerState.Read(damaged));
        }

        Assert.Throws<WireFormatException>(() => ServerState.Read([.. bytes, 0]));
    }

    [Fact]
    public async Task Hostile_content_with_a_right_checksum_is_one_clear_error()
    {
        await using RestartableFederation one = new(surveys: true, inRounds: false, capacity: 3, evaluates: true);
        await one.SubmitAsync(await one.AssignAsync("a"));
        for (int device = 0; device < 6; device++)
        {
            await one.AssignAsync($"b{device}");
        }

        byte[] bytes = (await one.Server.CaptureStateAsync()).Bytes.ToArray();
        var random = new Random(5);
        for (int repeat = 0; repeat < 2000; repeat++)
        {
            byte[] hostile = [.. bytes];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                hostile[random.Next(13, hostile.Length - 4)] = (byte)random.Next(256);
            }

            BitConverter.TryWriteBytes(hostile.AsSpan(hostile.Length - 4), global::Ftte.Numerics.Crc32C.Compute(hostile.AsSpan(..^4)));
            try
            {
                ServerState state = ServerState.Read(hostile);
                SelectionHistory selections = state.RestoreSelections();
                await using FederatedServer server = FederatedServer.Restore(state, one.RestoreAggregator(state, selections), selections, reselection: one.Reselection, evaluation: one.Evaluation);
            }
            catch (Exception error) when (error is WireFormatException or ArgumentException)
            {
            }
        }
    }

    private static string Error(Func<FederatedServer> restore) => Assert.ThrowsAny<ArgumentException>(restore).Message;
}
