namespace Ftte;

/// <summary>Stores the calls that wait for work, in the order of arrival.</summary>
/// <remarks>Thread-safe. A caller adds itself first and then checks whether there is work, so that no change between the two is missed.</remarks>
internal sealed class WorkWaiters
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];

    /// <summary>Gets the number of waiting calls.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Adds a call at the end.</summary>
    /// <returns>The waiting call, to remove it with.</returns>
    public LinkedListNode<TaskCompletionSource> Add()
    {
        lock (_lock)
        {
            return _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }

    /// <summary>Removes a call that no longer waits.</summary>
    public void Remove(LinkedListNode<TaskCompletionSource> waiter)
    {
        lock (_lock)
        {
            if (waiter.List is not null)
            {
                _waiting.Remove(waiter);
            }
        }
    }

    /// <summary>Notifies the calls that have waited longest.</summary>
    /// <param name="count">The maximum number of calls to notify.</param>
    public void Notify(int count = int.MaxValue)
    {
        lock (_lock)
        {
            for (; count > 0 && _waiting.First is { } first; count--)
            {
                _waiting.Remove(first);
                first.Value.SetResult();
            }
        }
    }
}
