namespace Ftte.TinyEngine.Memory;

/// <summary>Counts the uses of a resource, and frees it exactly once: at disposal, or when the last use ends.</summary>
/// <param name="free">Frees the resource.</param>
/// <param name="busyMessage">The message of the exception if a second use begins before the first has ended; null if the resource can be shared.</param>
/// <remarks>Thread-safe. <see cref="Dispose"/> never waits, so a use can call it, for example from a callback.</remarks>
internal sealed class ResourceGuard(Action free, string? busyMessage = null)
{
    private readonly Lock _lock = new();
    private int _uses;
    private bool _isDisposed;

    /// <summary>Begins a use.</summary>
    /// <param name="owner">The resource that messages name.</param>
    /// <exception cref="ObjectDisposedException">The resource was disposed.</exception>
    /// <exception cref="InvalidOperationException">The resource cannot be shared and is in use.</exception>
    public void Enter(object owner)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, owner);
            if (_uses > 0 && busyMessage is not null)
            {
                throw new InvalidOperationException(busyMessage);
            }

            _uses++;
        }
    }

    /// <summary>Ends a use.</summary>
    public void Exit()
    {
        bool isLast;
        lock (_lock)
        {
            _uses--;
            isLast = _isDisposed && _uses == 0;
        }

        if (isLast)
        {
            free();
        }
    }

    /// <summary>Rejects further uses, and frees the resource as soon as it is not in use.</summary>
    public void Dispose()
    {
        bool isIdle;
        lock (_lock)
        {
            isIdle = !_isDisposed && _uses == 0;
            _isDisposed = true;
        }

        if (isIdle)
        {
            free();
        }
    }
}
