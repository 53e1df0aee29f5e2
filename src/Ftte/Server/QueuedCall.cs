namespace Ftte;

/// <summary>Represents a call in the queue.</summary>
internal abstract class QueuedCall
{
    /// <summary>Runs the call unless it was canceled before. Never throws.</summary>
    public abstract ValueTask RunAsync();
}

/// <summary>Represents a call in the queue with a result for its caller.</summary>
/// <remarks>
/// Either the reader of the queue or cancellation takes the work, never both. After the reader has taken it, the caller is answered only when the work is done, so
/// that no caller reuses a buffer that is still being read. From then on, the work itself handles cancellation.
/// </remarks>
internal sealed class QueuedCall<T>(Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken) : QueuedCall
{
    // Continuations run asynchronously, so that a caller does not block the reader.
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<CancellationToken, ValueTask<T>>? _work = work;

    /// <summary>Waits for the result. Call it after the call has entered the queue.</summary>
    public async Task<T> WaitAsync()
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static call => ((QueuedCall<T>)call!).Cancel(), this);
        return await _result.Task.ConfigureAwait(false);
    }

    public override async ValueTask RunAsync()
    {
        if (Take() is not { } work)
        {
            return;
        }

        try
        {
            _result.SetResult(await work(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _result.SetCanceled(cancellationToken);
        }
#pragma warning disable CA1031 // Every exception is passed to the caller, and the queue continues.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _result.SetException(error);
            _ = _result.Task.Exception; // marks the exception as observed if no caller waits
        }
    }

    private void Cancel()
    {
        if (Take() is not null)
        {
            _result.SetCanceled(cancellationToken);
        }
    }

    /// <summary>Removes and returns the work; null if it was already removed. A canceled call therefore references no buffer while it remains in the queue.</summary>
    private Func<CancellationToken, ValueTask<T>>? Take() => Interlocked.Exchange(ref _work, null);
}
