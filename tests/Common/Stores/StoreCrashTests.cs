namespace Ftte;

/// <summary>A server under load is killed with SIGKILL at random moments, and continues.</summary>
/// <remarks>
/// The set of updates that must count is exact: all that were acknowledged, and of the others those that the restarted server answers as duplicates when they are sent again,
/// because they were durable although their acknowledgement was cut off. Each counts once. Which version contains which update is known from the reports of the server's
/// aggregator; a reference aggregator in this process, which is never interrupted, folds them in another order.
/// </remarks>
public abstract class StoreCrashTests
{
    /// <summary>Gets a value that indicates whether the tests may take minutes.</summary>
    protected static bool IsLong => Environment.GetEnvironmentVariable("FTTE_LONG") == "1";

    /// <summary>Creates a new store.</summary>
    /// <returns>The arguments with which a child process opens it.</returns>
    protected abstract Task<string[]> CreateStoreAsync();

    [StoreFact]
    public async Task A_server_that_is_killed_at_random_moments_has_the_bits_of_a_fold_of_the_acknowledged_updates()
    {
        int kills = IsLong ? 100 : 3;
        string[] store = await CreateStoreAsync();
        var random = new Random(kills);
        var run = new ObservedRun();
        for (int kill = 0; kill < kills; kill++)
        {
            using var probe = ProbeProcess.Start(store);
            if (kill % 4 == 3)
            {
                // During the replay, or while updates are sent again.
                await run.SendPendingAsync(probe);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(600)), TimeProvider.System);
            }
            else
            {
                await run.SendPendingAsync(probe);
                await run.RequireAsync(probe, "ready");
                await run.VerifyAsync();
                await run.ReadAcknowledgementsAsync(probe, 5 + random.Next(100));
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50)), TimeProvider.System);
            }

            probe.Kill();
            await run.ReadUntilAsync(probe, "end");
        }

        using (var last = ProbeProcess.Start(store))
        {
            await run.SendPendingAsync(last);
            await run.RequireAsync(last, "ready");
            await run.VerifyAsync();
            await last.WriteAsync("stop");
            await run.RequireAsync(last, "final");
            await run.VerifyAsync();
        }

        Assert.True(run.AcknowledgedCount > kills * Store.CrashProbe.Workload.Capacity, $"Only {run.AcknowledgedCount} updates were acknowledged.");
    }
}
