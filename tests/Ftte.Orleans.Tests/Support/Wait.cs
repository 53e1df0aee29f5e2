namespace Ftte.Orleans.Tests;

/// <summary>Waits for what other silos do.</summary>
internal static class Wait
{
    private const int Attempts = 18_000;

    /// <summary>Waits for a condition, at most about three minutes.</summary>
    public static async Task UntilAsync(Func<bool> condition, string message, Func<Task<FtteClusterStatus>>? status = null)
    {
        for (int i = 0; !condition(); i++)
        {
            if (i == Attempts)
            {
                Assert.Fail(status is null ? message : $"{message} {Describe(await status())}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private static string Describe(FtteClusterStatus status) => $"{status}: {string.Join("; ", status.Shards)}";
}
