using Microsoft.Extensions.Time.Testing;
using static Ftte.Tests.ClientBench;

namespace Ftte.Tests;

/// <summary>The device loop as a sequence of rounds, and its status.</summary>
public sealed class FederatedClientRoundsTests
{
    private static readonly Func<CheckOutResponse?> Stop = () => Refusal(CheckOutOutcome.Stopped);

    [Fact]
    public async Task Every_round_is_returned_as_it_ends_with_the_wait_that_follows()
    {
        var bench = new ClientBench(o => (o.MaxSubmitAttempts, o.PauseBetweenRounds, o.Jitter) = (2, TimeSpan.FromMinutes(1), 0));
        bench.CheckOuts(() => throw new TimeoutException("too slow"), () => Refusal(CheckOutOutcome.Busy, 30), () => null, () => null, () => null, Stop);
        bench.Receipts(
            () => Receipt(UpdateOutcome.Busy, 5), () => Receipt(UpdateOutcome.Published),
            () => Receipt(UpdateOutcome.NotFinite),
            () => throw new IOException("cut off"), () => throw new IOException("cut off again"));

        ClientRound[] rounds = await bench.Client.RunRoundsAsync().ToArrayAsync();

        Assert.Equal(
            [CheckOutOutcome.None, CheckOutOutcome.Busy, CheckOutOutcome.Assigned, CheckOutOutcome.Assigned, CheckOutOutcome.Assigned, CheckOutOutcome.Stopped],
            rounds.Select(r => r.Outcome));
        Assert.Equal([null, null, UpdateOutcome.Published, UpdateOutcome.NotFinite, null, null], rounds.Select(r => r.Receipt?.Outcome));
        Assert.Equal([false, false, true, false, false, false], rounds.Select(r => r.IsAccepted));
        Assert.Equal([1, 30, 60, 1, 2, 0], rounds.Select(r => r.Wait.TotalSeconds));
        Assert.Equal([0, 0, 1, 0, 1, 0], rounds.Select(r => r.Retries));
        Assert.Equal([0, 0, 5, 0, 1, 0], rounds.Select(r => r.SubmitDuration.TotalSeconds));
        Assert.Equal([null, null, 0, 0, 0, null], rounds.Select(r => r.Version?.Number));
        Assert.IsType<TimeoutException>(rounds[0].Error?.InnerException);
        Assert.Equal([null, null, null, "cut off again", null], rounds.Skip(1).Select(r => r.Error?.Message));
    }

    [Fact]
    public async Task Durations_of_a_round_are_measured_by_the_given_clock()
    {
        var time = new FakeTimeProvider();
        var bench = new ClientBench(time: time);
        bench.CheckOuts(() =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return null;
        });
        bench.Trainer.OnTrain = _ =>
        {
            time.Advance(TimeSpan.FromSeconds(30));
            return Task.CompletedTask;
        };
        bench.Receipts(() =>
        {
            time.Advance(TimeSpan.FromSeconds(4));
            return Receipt(UpdateOutcome.Buffered);
        });

        ClientRound round = await bench.Client.RunOnceAsync();

        Assert.Equal((2, 30, 4), (round.CheckOutDuration.TotalSeconds, round.TrainDuration.TotalSeconds, round.SubmitDuration.TotalSeconds));
    }

    [Fact]
    public async Task Leaving_the_enumeration_stops_the_loop_without_another_wait()
    {
        var bench = new ClientBench(o => o.PauseBetweenRounds = TimeSpan.FromMinutes(1));

        int accepted = 0;
        await foreach (ClientRound round in bench.Client.RunRoundsAsync())
        {
            accepted += round.IsAccepted ? 1 : 0;
            if (accepted == 3)
            {
                break;
            }
        }

        Assert.Equal(3, bench.Server.Updates.Count);
        Assert.Equal(2, bench.Time.Waits.Length);
        Assert.Equal(ClientPhase.Idle, bench.Client.Status.Phase);
        Assert.Equal(2, await bench.Client.RunRoundsAsync().Take(2).CountAsync());
    }

    [Fact]
    public async Task A_refusal_is_returned_as_a_round_before_the_loop_throws()
    {
        var bench = new ClientBench();
        bench.CheckOuts(() => null, () => Refusal(CheckOutOutcome.UnknownClient));
        var rounds = new List<ClientRound>();

        await Assert.ThrowsAsync<DeviceRefusedException>(async () =>
        {
            await foreach (ClientRound round in bench.Client.RunRoundsAsync())
            {
                rounds.Add(round);
            }
        });

        Assert.Equal([CheckOutOutcome.Assigned, CheckOutOutcome.UnknownClient], rounds.Select(r => r.Outcome));
    }

    [Fact]
    public async Task Each_round_waits_until_the_device_is_ready_and_ends_when_canceled_meanwhile()
    {
        using var cancellation = new CancellationTokenSource();
        var gate = new Gate();
        int asked = 0;
        var bench = new ClientBench(o => o.WaitUntilReady = async cancelled =>
        {
            if (++asked == 2)
            {
                await gate.PassAsync();
            }
            else if (asked == 3)
            {
                await cancellation.CancelAsync();
                cancelled.ThrowIfCancellationRequested();
            }
        });
        Task loop = bench.Client.RunAsync(cancellation.Token);
        await gate.Arrived;

        Assert.Single(bench.Server.Devices);
        Assert.Equal(ClientPhase.WaitingUntilReady, bench.Client.Status.Phase);
        gate.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop);
        Assert.Equal(2, bench.Server.Updates.Count);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_single_round_does_not_wait_until_the_device_is_ready()
    {
        var bench = new ClientBench(o => o.WaitUntilReady = _ => throw new InvalidOperationException("asked"));

        Assert.True((await bench.Client.RunOnceAsync()).IsAccepted);
    }

    [Fact]
    public async Task Each_phase_is_reported_with_its_time_the_next_attempt_and_the_failures()
    {
        var reports = new List<ClientStatus>();
        var time = new JumpingTime();
        var bench = new ClientBench(o => (o.StatusChanged, o.Jitter, o.PauseBetweenRounds) = (reports.Add, 0, TimeSpan.FromSeconds(60)), time);
        bench.CheckOuts(() => throw new TimeoutException("too slow"), () => bench.Assign(bench.Server.Devices.Last(), new float[12], version: 4), Stop);
        bench.Receipts(() => Receipt(UpdateOutcome.Busy, 9), () => Receipt(UpdateOutcome.Published));

        await bench.Client.RunAsync();

        Assert.Equal(
        [
            (ClientPhase.CheckingOut, null, 0, null, 0),
            (ClientPhase.Waiting, 1, 1, null, 0),
            (ClientPhase.CheckingOut, null, 1, null, 0),
            (ClientPhase.Training, null, 0, 4, 0),
            (ClientPhase.Submitting, null, 0, 4, 0),
            (ClientPhase.Submitting, 9, 0, 4, 0),
            (ClientPhase.Submitting, null, 0, 4, 0),
            (ClientPhase.Waiting, 60, 0, 4, 1),
            (ClientPhase.CheckingOut, null, 0, 4, 1),
            (ClientPhase.Waiting, 0, 0, 4, 1),
            (ClientPhase.Idle, null, 0, 4, 1),
        ], reports.Select(s => (s.Phase, (double?)(s.NextAttempt - s.Since)?.TotalSeconds, s.ConsecutiveFailures, s.Version?.Number, s.AcceptedUpdates)));
        Assert.Equal([0, 0, 1, 1, 1, 1, 10, 10, 70, 70, 70], reports.Select(s => (s.Since - reports[0].Since).TotalSeconds));
        Assert.Equal("too slow", reports[1].LastError?.InnerException?.Message);
        Assert.Null(reports[3].LastError);
        Assert.Same(reports[^1], bench.Client.Status);
    }

    [Fact]
    public async Task Probing_is_a_phase_of_its_own()
    {
        var reports = new List<ClientStatus>();
        var bench = new ClientBench(o => o.StatusChanged = reports.Add, trainer: new ScriptedProbe(ServerBench.Layout));
        bench.Server.OnCheckOut = (device, parameters) =>
        {
            CheckOutResponse answer = bench.Assign(device, parameters);
            return answer with { Assignment = answer.Assignment! with { Content = UpdateContent.Importance } };
        };

        await bench.Client.RunOnceAsync();

        Assert.Equal([ClientPhase.CheckingOut, ClientPhase.Probing, ClientPhase.Submitting, ClientPhase.Idle], reports.Select(s => s.Phase));
    }
}
