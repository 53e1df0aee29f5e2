using Ftte.Selection;
using Ftte.Wire;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Tests.ClientBench;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>The device loop over many rounds.</summary>
public sealed class FederatedClientLoopTests
{
    private static readonly Func<CheckOutResponse?> Stop = () => Refusal(CheckOutOutcome.Stopped);

    [Fact]
    public async Task The_loop_goes_from_round_to_round_without_waiting_and_returns_when_the_server_stops()
    {
        var bench = new ClientBench();
        bench.CheckOuts(() => null, () => null, () => null, Stop);

        await bench.Client.RunAsync();

        Assert.Equal(3, bench.Server.Updates.Count);
        Assert.Empty(bench.Time.Waits);
    }

    [Fact]
    public async Task A_receipt_with_the_outcome_stopped_ends_the_loop_too()
    {
        var bench = new ClientBench();
        bench.Receipts(() => Receipt(UpdateOutcome.Buffered), () => Receipt(UpdateOutcome.Stopped));

        await bench.Client.RunAsync();

        Assert.Equal(2, bench.Server.Updates.Count);
    }

    [Fact]
    public async Task After_an_accepted_update_the_loop_pauses_for_the_time_in_the_receipt()
    {
        var bench = new ClientBench(o => o.PauseBetweenRounds = TimeSpan.FromMinutes(7));
        bench.CheckOuts(() => null, () => null, Stop);

        await bench.Client.RunAsync();

        Assert.Equal([TimeSpan.FromMinutes(7), TimeSpan.FromMinutes(7)], bench.Time.Waits);
    }

    [Fact]
    public async Task Without_work_the_loop_waits_as_long_as_the_server_asks_or_longer_each_time_up_to_the_limit()
    {
        var bench = new ClientBench(o => (o.InitialBackoff, o.MaxBackoff) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)));
        Func<CheckOutResponse?> busy = () => Refusal(CheckOutOutcome.Busy, 50), poor = () => Refusal(CheckOutOutcome.NotEnoughMemory);
        bench.CheckOuts(busy, poor, poor, busy, poor, poor, poor, () => null, poor, Stop);

        await bench.Client.RunAsync();

        bench.AssertWaits(50, 2, 4, 50, 8, 10, 10, 2);
    }

    [Fact]
    public async Task A_rejected_update_slows_the_loop_and_an_accepted_one_frees_it()
    {
        var bench = new ClientBench();
        bench.CheckOuts(() => null, () => null, () => null, () => null, () => null, Stop);
        bench.Receipts(
            () => Receipt(UpdateOutcome.NotFinite),
            () => Receipt(UpdateOutcome.ClientQuota, 40),
            () => Receipt(UpdateOutcome.TooStale),
            () => Receipt(UpdateOutcome.Published),
            () => Receipt(UpdateOutcome.NotFinite));

        await bench.Client.RunAsync();

        bench.AssertWaits(1, 40, 2, 1);
    }

    [Fact]
    public async Task Broken_links_are_waited_out()
    {
        var bench = new ClientBench(o => o.MaxSubmitAttempts = 1);
        bench.CheckOuts(() => throw new IOException("no route"), () => throw new IOException("no route"), () => null, () => null, Stop);
        bench.Receipts(() => throw new IOException("cut off"), () => Receipt(UpdateOutcome.Published));

        await bench.Client.RunAsync();

        bench.AssertWaits(1, 2, 4);
        Assert.Equal(2, bench.Server.Updates.Count);
    }

    [Theory]
    [InlineData(CheckOutOutcome.UnknownClient, "Register the device")]
    [InlineData(CheckOutOutcome.LayoutMismatch, "Update the app")]
    public async Task A_server_that_refuses_the_device_ends_the_loop_with_the_reason(CheckOutOutcome outcome, string advice)
    {
        var bench = new ClientBench();
        bench.CheckOuts(() => Refusal(outcome));

        var error = await Assert.ThrowsAsync<DeviceRefusedException>(() => bench.Client.RunAsync());

        Assert.Equal((new ClientId("phone"), outcome), (error.Client, error.Outcome));
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Contains("'phone'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UpdateOutcome.UnknownClient, CheckOutOutcome.UnknownClient)]
    [InlineData(UpdateOutcome.LayoutMismatch, CheckOutOutcome.LayoutMismatch)]
    public async Task A_receipt_that_refuses_the_device_ends_the_loop_too(UpdateOutcome outcome, CheckOutOutcome reason)
    {
        var bench = new ClientBench();
        bench.Receipts(() => Receipt(outcome));

        Assert.Equal(reason, (await Assert.ThrowsAsync<DeviceRefusedException>(() => bench.Client.RunAsync())).Outcome);
    }

    [Fact]
    public async Task An_exception_of_the_trainer_ends_the_loop_even_if_its_type_is_that_of_a_broken_link()
    {
        var bench = new ClientBench();
        bench.Trainer.OnTrain = _ => throw new FileNotFoundException("the data are gone");
        await Assert.ThrowsAsync<FileNotFoundException>(() => bench.Client.RunAsync());
        Assert.Empty(bench.Time.Waits);

        // And a link that breaks afterwards is a broken link again.
        bench.CheckOuts(() => throw new IOException("no route"), Stop);
        await bench.Client.RunAsync();
        Assert.Single(bench.Time.Waits);
    }

    [Fact]
    public async Task Work_that_takes_more_memory_than_the_device_has_is_reported_and_does_not_end_the_loop()
    {
        var bench = new ClientBench(o => o.Jitter = 0);
        bench.CheckOuts(() => null, () => null, () => null, Stop);
        int trained = 0;
        bench.Trainer.OnTrain = _ => trained++ < 2 ? throw new BudgetTooSmallException(1000, 2000) : Task.CompletedTask;

        ClientRound[] rounds = await bench.Client.RunRoundsAsync().ToArrayAsync();

        Assert.Equal([2000, 2000, null, null], rounds.Select(round => (round.Error as BudgetTooSmallException)?.Required));

        // Until the lease has expired.
        Assert.Equal([60, 60, 0, 0], rounds.Select(round => round.Wait.TotalSeconds));
        Assert.Equal([null, null, UpdateOutcome.Buffered, null], rounds.Select(round => round.Receipt?.Outcome));
        Assert.Single(bench.Server.Updates);
    }

    [Fact]
    public async Task A_single_round_throws_if_the_work_takes_more_memory_than_the_device_has()
    {
        var bench = new ClientBench();
        bench.Trainer.OnTrain = _ => throw new BudgetTooSmallException(1000, 2000);

        Assert.Equal(2000, (await Assert.ThrowsAsync<BudgetTooSmallException>(async () => await bench.Client.RunOnceAsync())).Required);
    }

    [Fact]
    public async Task Cancelling_ends_the_loop_while_it_waits_while_it_trains_and_before_it_starts()
    {
        var time = new FakeTimeProvider();
        var bench = new ClientBench(time: time);
        bench.CheckOuts(() => Refusal(CheckOutOutcome.Busy, 3600));
        using var waiting = new CancellationTokenSource();
        Task loop = bench.Client.RunAsync(waiting.Token);
        Assert.False(loop.IsCompleted);
        await waiting.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop);

        using var training = new CancellationTokenSource();
        bench.CheckOuts(() => null);
        bench.Trainer.OnTrain = async cancelled =>
        {
            await training.CancelAsync();
            cancelled.ThrowIfCancellationRequested();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Client.RunAsync(training.Token));

        int asked = bench.Server.Devices.Count;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Client.RunAsync(new CancellationToken(canceled: true)));
        Assert.Equal(asked, bench.Server.Devices.Count);
    }

    [Fact]
    public async Task Jitter_is_the_same_in_every_run_and_another_for_every_device_and_seed()
    {
        async Task<TimeSpan[]> Waits(string client, ulong seed)
        {
            var bench = new ClientBench(o => (o.ClientId, o.Seed) = (new ClientId(client), seed));
            Func<CheckOutResponse?> broken = () => throw new IOException("no route");
            bench.CheckOuts(broken, broken, broken, broken, Stop);
            await bench.Client.RunAsync();
            return bench.Time.Waits;
        }

        TimeSpan[] waits = await Waits("a", 1);

        Assert.Equal(waits, await Waits("a", 1));
        double[] stretched = [.. waits.Select((wait, n) => wait.TotalSeconds / (1 << n))];
        Assert.InRange(stretched.Max() - stretched.Min(), 0.01, 0.2);
        Assert.Empty(waits.Intersect(await Waits("b", 1)));
        Assert.Empty(waits.Intersect(await Waits("a", 2)));
    }

    [Fact]
    public async Task An_absurd_wait_asked_for_by_a_server_neither_fails_nor_ends_the_loop()
    {
        var bench = new ClientBench(o => o.Jitter = 0);
        bench.CheckOuts(() => new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.MaxValue), () => new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.MinValue), Stop);

        await bench.Client.RunAsync();

        Assert.Equal([WireMessage.MaxDuration, TimeSpan.FromSeconds(1)], bench.Time.Waits);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.0001)]
    public async Task A_server_that_answers_at_once_and_asks_for_no_wait_is_asked_once_per_initial_backoff(double retryAfterSeconds)
    {
        var bench = new ClientBench(o => (o.InitialBackoff, o.MaxSubmitAttempts) = (TimeSpan.FromSeconds(3), 2));
        bench.CheckOuts(() => Refusal(CheckOutOutcome.Busy, retryAfterSeconds), () => Refusal(CheckOutOutcome.Busy, retryAfterSeconds), () => null, () => null, Stop);
        bench.Receipts(() => Receipt(UpdateOutcome.Busy, retryAfterSeconds), () => Receipt(UpdateOutcome.ClientQuota, retryAfterSeconds), () => Receipt(UpdateOutcome.Published));

        await bench.Client.RunAsync();

        bench.AssertWaits(3, 3, 3, 3);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 0)]
    [InlineData(60, 0)]
    public async Task The_time_for_which_a_server_held_a_check_out_counts_as_the_wait(double heldSeconds, double waitSeconds)
    {
        var bench = new ClientBench(o => (o.InitialBackoff, o.Jitter) = (TimeSpan.FromSeconds(3), 0));
        bench.CheckOuts(
            () =>
            {
                bench.Time.Advance(TimeSpan.FromSeconds(heldSeconds));
                return Refusal(CheckOutOutcome.Busy, 0);
            },
            Stop);

        await bench.Client.RunAsync();

        Assert.Equal(waitSeconds, bench.Time.Waits.Sum(wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task Many_devices_and_a_real_server_train_together_until_it_stops()
    {
        const int Devices = 20;
        await using ServerBench real = Adding(new FederatedServerOptions { MaxConcurrency = 7 }, capacity: 3);
        Task[] loops = [.. Enumerable.Range(0, Devices).Select(i => Task.Run(() => new FederatedClient(
            real.Server,
            new ScriptedTrainer(Layout),
            new FederatedClientOptions { ClientId = new ClientId($"d{i}"), MemoryBudgetBytes = 1 },
            new JumpingTime()).RunAsync()))];

        ModelSnapshot model = await real.Server.WatchAsync().FirstAsync(s => s.Version >= new ModelVersion(50));
        await real.DisposeAsync();
        await Task.WhenAll(loops);

        Assert.Equal(Start.Parameters.Span[0] + (3 * model.Version.Number), model.Parameters.Span[0]);
        Assert.Equal(Start.Parameters.Span[5], model.Parameters.Span[5]);
    }
}
