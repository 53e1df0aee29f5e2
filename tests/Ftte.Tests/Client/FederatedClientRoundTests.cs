using static Ftte.Tests.ClientBench;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>One round of the device loop.</summary>
public sealed class FederatedClientRoundTests
{
    [Fact]
    public async Task A_round_checks_out_trains_and_submits_and_returns_the_buffer()
    {
        var bench = new ClientBench();
        bench.CheckOuts(() => null);
        bench.Receipts(() => Receipt(UpdateOutcome.Published));
        Assert.Null(bench.Client.HeldVersion);

        ClientRound round = await bench.Client.RunOnceAsync();

        Assert.Equal(new ClientRound(CheckOutOutcome.Assigned, Receipt(UpdateOutcome.Published)) { Version = new ModelVersion(0) }, round);
        Assert.Equal(new CheckOutRequest(new ClientId("phone"), 4096, Layout.Fingerprint), Assert.Single(bench.Server.Devices));
        TrainingAssignment assignment = Assert.Single(bench.Trainer.Assignments);
        (UpdateHeader header, float[] values) = Assert.Single(bench.Server.Updates);
        Assert.Equal(assignment.CreateHeader(1), header);
        Assert.Equal([1, 1, 1, 1], values);
        Assert.Equal(0, bench.Trainer.Pool.Outstanding);
        Assert.Empty(bench.Time.Waits);
    }

    [Fact]
    public async Task The_buffer_is_kept_between_rounds_and_its_version_is_sent_to_the_server()
    {
        var bench = new ClientBench();
        await bench.Client.RunOnceAsync();
        bench.Server.OnCheckOut = (device, parameters) => bench.Assign(device, parameters, version: 7, refreshed: B);

        await bench.Client.RunOnceAsync();

        Assert.Equal([null, new ModelVersion(0)], bench.Server.Devices.Select(d => d.HeldVersion));
        Assert.Equal(new ModelVersion(7), bench.Client.HeldVersion);
        float[] expected = [0, 0, 0, 0, 7, 7, 7, 0, 0, 0, 0, 0];
        Assert.Equal(expected, bench.Trainer.Received[1]);
        Assert.Equal(expected, bench.Client.Parameters.ToArray());
    }

    [Fact]
    public async Task The_version_of_a_model_shipped_with_the_app_is_sent_to_the_server_and_only_missing_parameters_are_written()
    {
        float[] shipped = [.. Enumerable.Repeat(3f, Layout.ParameterCount)];
        var bench = new ClientBench(heldModel: new ModelSnapshot(Layout, new ModelVersion(3), shipped));
        Assert.Equal(new ModelVersion(3), bench.Client.HeldVersion);
        Assert.Equal(shipped, bench.Client.Parameters.ToArray());
        bench.Server.OnCheckOut = (device, parameters) => bench.Assign(device, parameters, version: 7, refreshed: B);

        await bench.Client.RunOnceAsync();

        Assert.Equal(new ModelVersion(3), Assert.Single(bench.Server.Devices).HeldVersion);
        float[] expected = [3, 3, 3, 3, 7, 7, 7, 3, 3, 3, 3, 3];
        Assert.Equal(expected, bench.Client.Parameters.ToArray());
    }

    [Fact]
    public void A_held_model_of_another_layout_is_refused()
    {
        ParameterLayout other = ParameterLayout.Create(("other", [5]));
        var held = new ModelSnapshot(other, default, new float[5]);

        ArgumentException error = Assert.Throws<ArgumentException>(() => new ClientBench(heldModel: held));

        Assert.Contains("Specify the model that this trainer trains", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_work_is_a_value_and_what_is_held_stays_held()
    {
        var bench = new ClientBench();
        await bench.Client.RunOnceAsync();
        bench.CheckOuts(() => Refusal(CheckOutOutcome.Busy, 3));

        ClientRound round = await bench.Client.RunOnceAsync();

        Assert.Equal(new ClientRound(CheckOutOutcome.Busy, null, TimeSpan.FromSeconds(3)), round);
        Assert.Equal(new ModelVersion(0), bench.Client.HeldVersion);
        Assert.Single(bench.Trainer.Assignments);
    }

    [Fact]
    public async Task After_a_check_out_that_broke_off_nothing_is_held()
    {
        var bench = new ClientBench();
        await bench.Client.RunOnceAsync();
        bench.Server.OnCheckOut = (_, parameters) =>
        {
            Assert.Null(bench.Client.HeldVersion);
            parameters.Span[..5].Fill(9);
            throw new IOException("cut off");
        };

        await Assert.ThrowsAsync<IOException>(async () => await bench.Client.RunOnceAsync());
        Assert.Null(bench.Client.HeldVersion);
        bench.CheckOuts(() => null);
        await bench.Client.RunOnceAsync();

        Assert.Equal([null, new ModelVersion(0), null], bench.Server.Devices.Select(d => d.HeldVersion));
    }

    [Fact]
    public async Task A_broken_link_or_a_busy_server_sends_the_same_update_again()
    {
        var bench = new ClientBench();
        bench.Receipts(
            () => throw new IOException("cut off"),
            () => throw new EndOfStreamException("cut off"),
            () => Receipt(UpdateOutcome.Busy, 30),
            () => Receipt(UpdateOutcome.Busy),
            () => Receipt(UpdateOutcome.Duplicate));

        ClientRound round = await bench.Client.RunOnceAsync();

        Assert.Equal(UpdateOutcome.Duplicate, round.Receipt!.Value.Outcome);
        Assert.Equal(5, bench.Server.Updates.Count);
        Assert.Single(bench.Server.Updates.Select(u => u.Header).Distinct());
        bench.AssertWaits(1, 2, 30, 4);
        Assert.Equal(0, bench.Trainer.Pool.Outstanding);
    }

    [Fact]
    public async Task After_the_last_attempt_a_broken_link_is_an_exception_and_a_busy_server_a_receipt()
    {
        var bench = new ClientBench(o => o.MaxSubmitAttempts = 3);
        bench.Receipts(() => throw new IOException("cut off"));
        await Assert.ThrowsAsync<IOException>(async () => await bench.Client.RunOnceAsync());
        Assert.Equal(3, bench.Server.Updates.Count);

        bench.Receipts(() => Receipt(UpdateOutcome.Busy, 5));
        ClientRound round = await bench.Client.RunOnceAsync();

        Assert.InRange(round.SubmitDuration.TotalSeconds, 10, 12);
        Assert.Equal(
            new ClientRound(CheckOutOutcome.Assigned, Receipt(UpdateOutcome.Busy, 5), TimeSpan.FromSeconds(5)) { Version = new ModelVersion(0), Retries = 2 },
            round with { SubmitDuration = default });
        Assert.Equal(6, bench.Server.Updates.Count);
        bench.AssertWaits(1, 2, 5, 5);
        Assert.Equal(0, bench.Trainer.Pool.Outstanding);
    }

    [Fact]
    public async Task Each_round_submits_with_short_waits_first()
    {
        var bench = new ClientBench();
        bench.Receipts(() => throw new IOException("cut off"), () => Receipt(UpdateOutcome.Buffered), () => throw new IOException("cut off"), () => Receipt(UpdateOutcome.Buffered));

        await bench.Client.RunOnceAsync();
        await bench.Client.RunOnceAsync();

        bench.AssertWaits(1, 1);
    }

    [Fact]
    public async Task An_update_whose_receipt_was_lost_counts_once()
    {
        await using ServerBench real = ServerBench.Adding();
        var trainer = new ScriptedTrainer(Layout);
        var client = new FederatedClient(new LosesFirstReceipt(real.Server), trainer, new FederatedClientOptions { ClientId = new ClientId("a"), MemoryBudgetBytes = 0 }, new JumpingTime());

        ClientRound round = await client.RunOnceAsync();

        Assert.Equal(UpdateOutcome.Duplicate, round.Receipt!.Value.Outcome);
        Assert.Equal(new ModelVersion(1), real.Server.Current.Version);
        Assert.Equal(Start.Parameters.Span[0] + 1, real.Server.Current.Parameters.Span[0]);
    }

    [Fact]
    public async Task A_used_up_quota_is_not_waited_for_within_the_round()
    {
        var bench = new ClientBench();
        bench.Receipts(() => Receipt(UpdateOutcome.ClientQuota, 60));

        ClientRound round = await bench.Client.RunOnceAsync();

        Assert.Equal(TimeSpan.FromSeconds(60), round.RetryAfter);
        Assert.Empty(bench.Time.Waits);
    }

    [Fact]
    public async Task What_the_trainer_throws_goes_to_the_caller_and_the_next_round_works()
    {
        var bench = new ClientBench();
        bench.Trainer.OnTrain = _ => throw new InvalidOperationException("no data");
        Assert.Equal("no data", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await bench.Client.RunOnceAsync())).Message);
        Assert.Equal(new ModelVersion(0), bench.Client.HeldVersion);

        bench.Trainer.OnTrain = _ => Task.CompletedTask;

        Assert.True((await bench.Client.RunOnceAsync()).Receipt!.Value.IsAccepted);
    }

    [Fact]
    public async Task An_update_that_does_not_answer_the_assignment_is_not_sent()
    {
        var bench = new ClientBench();
        bench.Trainer.OnHeader = assignment => assignment.CreateHeader(1) with { Id = new UpdateId(99) };

        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await bench.Client.RunOnceAsync());

        Assert.Contains("CreateHeader", error.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Server.Updates);
        Assert.Equal(0, bench.Trainer.Pool.Outstanding);
    }

    [Fact]
    public async Task One_round_at_a_time()
    {
        var bench = new ClientBench();
        var gate = new Gate();
        bench.Trainer.OnTrain = _ => gate.PassAsync();
        Task<ClientRound> first = bench.Client.RunOnceAsync().AsTask();
        await gate.Arrived;

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await bench.Client.RunOnceAsync());

        gate.Open();
        await first;
        Assert.True((await bench.Client.RunOnceAsync()).Receipt!.Value.IsAccepted);
    }

    [Fact]
    public async Task Cancelling_while_submitting_returns_the_buffer()
    {
        var bench = new ClientBench();
        using var cancellation = new CancellationTokenSource();
        Task arrived = Task.CompletedTask;
        bench.Trainer.OnTrain = _ =>
        {
            arrived = bench.Server.HoldAsync();
            return Task.CompletedTask;
        };
        Task<ClientRound> round = bench.Client.RunOnceAsync(cancellation.Token).AsTask();
        await arrived;

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => round);
        Assert.Equal(0, bench.Trainer.Pool.Outstanding);
    }

    /// <summary>Delivers the first update and breaks before the receipt has come back.</summary>
    private sealed class LosesFirstReceipt(IFederatedServer inner) : IFederatedServer
    {
        private bool _lost;

        public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default) =>
            inner.CheckOutAsync(request, parameters, cancellationToken);

        public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
        {
            UpdateReceipt receipt = await inner.SubmitAsync(update, cancellationToken);
            (bool lose, _lost) = (!_lost, true);
            return lose ? throw new IOException("cut off") : receipt;
        }
    }
}
