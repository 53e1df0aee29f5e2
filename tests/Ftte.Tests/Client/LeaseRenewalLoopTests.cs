using Microsoft.Extensions.Time.Testing;

namespace Ftte.Tests;

/// <summary>The device loop renews its lease while it works.</summary>
public sealed class LeaseRenewalLoopTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lease_is_renewed_each_time_half_of_it_has_passed_until_the_work_ends_or_the_server_declines(bool declines)
    {
        var time = new FakeTimeProvider();
        await using ServerBench bench = ServerBench.Adding(new() { MaxLeaseRenewals = declines ? 1 : null, LeaseDuration = TimeSpan.FromMinutes(10) });
        var server = new CountingServer(bench.Server);
        var trainer = new ScriptedTrainer(ServerBench.Layout);
        var end = new TaskCompletionSource();
        trainer.OnTrain = _ => end.Task;
        var client = new FederatedClient(server, trainer, new() { ClientId = new ClientId("slow"), MemoryBudgetBytes = 1 }, time);
        Task<ClientRound> round = client.RunOnceAsync().AsTask();
        while (trainer.Assignments.Count == 0)
        {
            await Task.Yield();
        }

        time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal(0, server.Renewals);
        time.Advance(TimeSpan.FromTicks(1));
        await WaitForAsync(() => server.Renewals == 1);
        await AdvanceUntilAsync(time, () => server.Renewals == 2);
        await AdvanceUntilAsync(time, () => server.Renewals == (declines ? 2 : 3));
        end.SetResult();

        Assert.Equal(UpdateOutcome.Published, (await round).Receipt?.Outcome);
        int renewals = server.Renewals;
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(renewals, server.Renewals);
    }

    [Fact]
    public async Task If_the_call_fails_the_work_continues_and_the_call_is_repeated()
    {
        var time = new FakeTimeProvider();
        await using ServerBench bench = ServerBench.Adding();
        var server = new CountingServer(bench.Server) { Fault = new IOException("gone") };
        var trainer = new ScriptedTrainer(ServerBench.Layout);
        var log = new LogLines<FederatedClient>();
        trainer.OnTrain = async _ =>
        {
            time.Advance(TimeSpan.FromMinutes(5));
            await WaitForAsync(() => log.Written.Any(line => line.Error is not null));
            server.Fault = null;
            await AdvanceUntilAsync(time, () => server.Renewals > 1);
        };
        var client = new FederatedClient(server, trainer, new() { ClientId = new ClientId("slow"), MemoryBudgetBytes = 1 }, time, log);

        Assert.True((await client.RunOnceAsync()).IsAccepted);
        Assert.Single(log.Written, line => line.Error?.Message == "gone");
        Assert.Single(log.Written, line => line.Text.EndsWith("Renewed: True.", StringComparison.Ordinal));
    }

    /// <summary>Advances the time in small steps, because the loop begins its next wait only some time after a call was counted.</summary>
    private static async Task AdvanceUntilAsync(FakeTimeProvider time, Func<bool> condition)
    {
        while (!condition())
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    private sealed class CountingServer(FederatedServer server) : ILeaseServer
    {
        private int _renewals;

        public int Renewals => Volatile.Read(ref _renewals);

        public Exception? Fault { get; set; }

        public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest device, Memory<float> parameters, CancellationToken cancellationToken = default) =>
            server.CheckOutAsync(device, parameters, cancellationToken);

        public ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default) => server.SubmitAsync(update, cancellationToken);

        public ValueTask<bool> RenewLeaseAsync(ClientId client, UpdateId assignment, CancellationToken cancellationToken = default)
        {
            ValueTask<bool> renewed = Fault is null ? server.RenewLeaseAsync(client, assignment, cancellationToken) : ValueTask.FromException<bool>(Fault);
            Interlocked.Increment(ref _renewals);
            return renewed;
        }
    }
}
