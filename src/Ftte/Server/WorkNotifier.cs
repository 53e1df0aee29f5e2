namespace Ftte;

/// <summary>Holds the requests of idle devices until there may be work for them.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class WorkNotifier(DispatchState state, TimeProvider time)
{
    private readonly WorkWaiters _awaitingSlot = new();
    private readonly WorkWaiters _awaitingVersion = new();
    private volatile bool _isStopped;

    /// <summary>Waits until there may be work for a client, or until the server stops.</summary>
    /// <remarks>
    /// A client that has used its share of the current buffer waits for the next version or selection. Any other client waits in the order of arrival, until an assignment ends or
    /// its lease expires.
    /// </remarks>
    public async ValueTask WaitAsync(ClientId client, CancellationToken cancellationToken)
    {
        bool awaitsVersion = state.AwaitsNextVersion(client);
        WorkWaiters waiters = awaitsVersion ? _awaitingVersion : _awaitingSlot;
        if (awaitsVersion)
        {
            // The client may have been notified of a slot that it cannot use.
            NotifyOfSlots();
        }

        LinkedListNode<TaskCompletionSource> waiter = waiters.Add();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            DispatchStatus status = state.GetStatus();
            if (_isStopped || (status.CanAssign && !state.AwaitsNextVersion(client)))
            {
                return;
            }

            TimeSpan? expiry = awaitsVersion ? null : status.UntilLeaseExpires;
            Task expired = Task.Delay(expiry ?? Timeout.InfiniteTimeSpan, time, ended.Token);
            await Task.WhenAny(waiter.Value.Task, expired).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
            {
                NotifyOfSlots();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            waiters.Remove(waiter);
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Notifies waiting clients after an assignment may have ended.</summary>
    public void NotifyOfSlots()
    {
        if (_awaitingSlot.Count > 0)
        {
            _awaitingSlot.Notify(state.GetStatus().FreeAssignments);
        }
    }

    /// <summary>Notifies all waiting clients after a version, a refusal or another selection.</summary>
    public void NotifyAll()
    {
        _awaitingVersion.Notify();
        _awaitingSlot.Notify(_isStopped ? int.MaxValue : state.GetStatus().FreeAssignments);
    }

    /// <summary>Ends all waits, because the server stops.</summary>
    public void Stop()
    {
        _isStopped = true;
        NotifyAll();
    }
}
