namespace Ftte.TinyEngine.Tests;

/// <summary>Runs work on a thread of its own, so that work that hangs fails its test and does not hang it.</summary>
internal static class Watchdog
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs work, and fails if it makes no progress for two minutes.</summary>
    /// <param name="work">The work; it calls its argument after each part.</param>
    public static void Run(Action<Action> work)
    {
        using var progress = new AutoResetEvent(false);
        var done = new TaskCompletionSource();
        var thread = new Thread(() =>
        {
            try
            {
                work(() => progress.Set());
                done.SetResult();
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
            finally
            {
                progress.Set();
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        while (!done.Task.IsCompleted)
        {
            Assert.True(progress.WaitOne(Limit), $"No progress for {Limit}.");
        }

        thread.Join();
        done.Task.GetAwaiter().GetResult();
    }
}
