using Microsoft.Extensions.Time.Testing;
using static Ftte.Tests.ClientBench;

namespace Ftte.Tests;

/// <summary>A device takes part only while the app says that it may.</summary>
public sealed class EligibilityTests
{
    private static readonly Func<CheckOutResponse?> Stop = () => Refusal(CheckOutOutcome.Stopped);

    [Fact]
    public async Task The_loop_waits_until_the_device_is_eligible_and_reports_why()
    {
        var seen = new List<ClientStatus>();
        var answers = new Queue<string?>(["on battery", "on battery", null, null, null]);
        var log = new LogLines<FederatedClient>();
        var bench = new ClientBench(o => (o.GetIneligibleReason, o.EligibilityInterval, o.StatusChanged) = (_ => new(answers.Dequeue()), TimeSpan.FromSeconds(40), seen.Add), log: log);
        bench.CheckOuts(Stop);

        ClientRound round = Assert.Single(await bench.Client.RunRoundsAsync().ToArrayAsync());

        Assert.Equal((CheckOutOutcome.Stopped, null), (round.Outcome, round.IneligibleReason));
        Assert.Equal([(ClientPhase.WaitingUntilReady, "on battery"), (ClientPhase.WaitingUntilReady, "on battery"), (ClientPhase.CheckingOut, null)], seen.Take(3).Select(status => (status.Phase, status.IneligibleReason)));
        Assert.Equal(TimeSpan.FromSeconds(40), seen[0].NextAttempt - seen[0].Since);
        Assert.Single(log.Written, line => line.Text == "Information: Client phone does not take part now: on battery");
    }

    [Fact]
    public async Task A_canceled_round_has_the_token_of_the_caller_although_the_device_is_watched()
    {
        using var cancellation = new CancellationTokenSource();
        var bench = new ClientBench(o => o.GetIneligibleReason = _ => new((string?)null));
        bench.CheckOuts(() =>
        {
            cancellation.Cancel();
            throw new IOException("gone");
        });

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await bench.Client.RunOnceAsync(cancellation.Token));

        Assert.Equal(cancellation.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task A_round_is_stopped_when_the_device_is_no_longer_eligible_and_the_loop_continues_when_it_is()
    {
        var time = new FakeTimeProvider();
        string? reason = null;
        var bench = new ClientBench(o => o.GetIneligibleReason = _ => new(reason), time);
        var training = new TaskCompletionSource();
        bench.Trainer.OnTrain = async cancelled =>
        {
            training.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancelled);
        };
        bench.CheckOuts(() => null, Stop);
        await using IAsyncEnumerator<ClientRound> rounds = bench.Client.RunRoundsAsync().GetAsyncEnumerator();
        Task<bool> first = rounds.MoveNextAsync().AsTask();
        await training.Task;
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.False(first.IsCompleted);
        reason = "unplugged";
        await AdvanceUntilAsync(time, first);

        Assert.Equal("unplugged", rounds.Current.IneligibleReason);
        Assert.Equal((CheckOutOutcome.None, TimeSpan.Zero, null), (rounds.Current.Outcome, rounds.Current.Wait, rounds.Current.Error));
        Assert.Empty(bench.Server.Updates);
        Assert.Equal("unplugged", bench.Client.Status.IneligibleReason);
        Task<bool> second = rounds.MoveNextAsync().AsTask();
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(second.IsCompleted);
        reason = null;
        await AdvanceUntilAsync(time, second);
        Assert.Equal(CheckOutOutcome.Stopped, rounds.Current.Outcome);
    }

    [Fact]
    public async Task A_single_round_does_not_start_on_a_device_that_is_not_eligible()
    {
        var bench = new ClientBench(o => o.GetIneligibleReason = _ => new("metered network"));

        ClientRound round = await bench.Client.RunOnceAsync();

        Assert.Equal((CheckOutOutcome.None, "metered network"), (round.Outcome, round.IneligibleReason));
        Assert.Empty(bench.Server.Devices);
        Assert.Equal((ClientPhase.Idle, "metered network"), (bench.Client.Status.Phase, bench.Client.Status.IneligibleReason));
    }

    [Fact]
    public async Task An_exception_of_the_check_ends_the_round()
    {
        var time = new FakeTimeProvider();
        int calls = 0;
        var bench = new ClientBench(o => o.GetIneligibleReason = _ => ++calls == 1 ? new((string?)null) : throw new InvalidOperationException("no battery"), time);
        var training = new TaskCompletionSource();
        bench.Trainer.OnTrain = async cancelled =>
        {
            training.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancelled);
        };
        Task<ClientRound> round = bench.Client.RunOnceAsync().AsTask();
        await training.Task;
        await AdvanceUntilAsync(time, round);

        Assert.Equal("no battery", (await Assert.ThrowsAsync<InvalidOperationException>(() => round)).Message);
    }

    [Fact]
    public async Task Cancellation_by_the_caller_is_not_a_stop()
    {
        using var cancel = new CancellationTokenSource();
        var bench = new ClientBench(o => o.GetIneligibleReason = _ => new((string?)null), new FakeTimeProvider());
        bench.Trainer.OnTrain = cancelled =>
        {
            cancel.Cancel();
            cancelled.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await bench.Client.RunOnceAsync(cancel.Token));
    }

    [Fact]
    public void An_interval_that_is_not_positive_is_refused() =>
        Assert.Equal("EligibilityInterval", Assert.ThrowsAny<ArgumentException>(() => new ClientBench(o => o.EligibilityInterval = TimeSpan.Zero)).ParamName);

    /// <summary>Advances the clock until a task ends, because its timers may not have been set yet.</summary>
    private static async Task AdvanceUntilAsync(FakeTimeProvider time, Task task)
    {
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }
}
