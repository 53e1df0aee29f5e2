namespace Ftte;

/// <summary>A call that waits for the queue's reader.</summary>
internal abstract class QueuedCall
{
    /// <summary>Makes the call, unless it was cancelled before; never throws.</summary>
    public abstract ValueTask RunAsync();
}

/// <summary>A call that waits for the queue's reader, and its caller who waits for the result.</summary>
/// <remarks>
/// Exactly one of reader and canceller takes the call. Once the reader has it, its caller is answered only when the work is done, so nobody gets a
/// buffer back that is still being read; from then on cancelling is up to the work.
/// </remarks>
internal sealed class QueuedCall<T>(Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken) : QueuedCall
{
    // Continuations run elsewhere: the reader must not be held up by what a caller does next.
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<CancellationToken, ValueTask<T>>? _work = work;

    /// <summary>Waits for the result, once the call is in the queue.</summary>
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
#pragma warning disable CA1031 // Whatever it was, it goes to the caller, and the queue goes on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _result.SetException(error);
            _ = _result.Task.Exception; // looked at, so that it does not count as unobserved when nobody waits
        }
    }

    private void Cancel()
    {
        if (Take() is not null)
        {
            _result.SetCanceled(cancellationToken);
        }
    }

    /// <summary>Takes the work, for whoever comes first; a call that was cancelled holds on to no buffer while it stays in the queue.</summary>
    private Func<CancellationToken, ValueTask<T>>? Take() => Interlocked.Exchange(ref _work, null);
}
