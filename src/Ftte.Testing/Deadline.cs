using Xunit.Sdk;

namespace Ftte.Testing;

/// <summary>Waits for calls of a transport under test, which may hang.</summary>
internal static class Deadline
{
    /// <summary>Starts a call and waits for its end, up to a limit.</summary>
    /// <param name="start">Starts the call. It runs on the thread pool, because a faulty transport may block its caller.</param>
    /// <param name="limit">The time to wait, in real time: the clock of a transport may be a fake one that nobody advances.</param>
    /// <param name="describe">Completes the sentence "Waited 30 s for ...".</param>
    /// <exception cref="XunitException">The call did not end within the limit.</exception>
    public static async Task<T> WaitAsync<T>(Func<Task<T>> start, TimeSpan limit, Func<string> describe)
    {
        Task<T> call = Task.Run(start);
        try
        {
            return await call.WaitAsync(limit, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            throw new XunitException($"Waited {limit.TotalSeconds:0.###} s for {describe()}");
        }
    }
}
