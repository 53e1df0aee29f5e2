namespace MemoryPlan.Planning;

/// <summary>Lets Ctrl+C end the wait for a search that cannot itself be stopped.</summary>
internal static class Interruptible
{
    /// <summary>Runs work on another thread and waits for it.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the work is left alone and ends with the program.</exception>
    public static T Run<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.Run(work, CancellationToken.None).WaitAsync(cancellationToken).GetAwaiter().GetResult();
    }
}
