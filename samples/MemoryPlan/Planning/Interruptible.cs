namespace MemoryPlan.Planning;

/// <summary>Ends the wait for a search that cannot be canceled when Ctrl+C is pressed.</summary>
internal static class Interruptible
{
    /// <summary>Runs work on another thread and waits for it.</summary>
    /// <exception cref="OperationCanceledException">The wait was canceled; the work continues until the program ends.</exception>
    public static T Run<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.Run(work, CancellationToken.None).WaitAsync(cancellationToken).GetAwaiter().GetResult();
    }
}
