using Ftte.Common;

namespace Ftte;

/// <summary>Signals that a buffer has timed out since its first update.</summary>
/// <remarks>The thread of the timer only calls the callback; all other members are called by the reader of the queue.</remarks>
internal sealed class PublicationTimer : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan? _timeout;
    private readonly ITimer? _timer;
    private long? _waitingSince;

    /// <summary>Creates a timer, which starts with the first update of a buffer.</summary>
    /// <param name="timeout">The maximum wait of a buffer; null for no limit.</param>
    /// <param name="time">The clock.</param>
    /// <param name="trySignal">Called when the buffer times out. Returns true if the signal was received; otherwise it is called again after the same time.</param>
    public PublicationTimer(TimeSpan? timeout, TimeProvider time, Func<bool> trySignal)
    {
        (_time, _timeout) = (time, timeout);
        _timer = timeout is null ? null : time.CreateTimer(_ => Signal(trySignal), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Records that an update was added to the buffer. The first one starts the timer.</summary>
    public void Buffered()
    {
        if (_waitingSince is null)
        {
            Restart();
        }
    }

    /// <summary>Records that the buffer was published or discarded.</summary>
    public void Published() => _waitingSince = null;

    /// <summary>Restarts the timer if the buffer still has updates, because it contained too few to publish.</summary>
    public void RestartIfWaiting()
    {
        if (_waitingSince is not null)
        {
            Restart();
        }
    }

    /// <summary>Determines whether a received signal is for the current buffer. If the current buffer is newer, sets the timer for its remaining time.</summary>
    public bool IsDue()
    {
        if (_waitingSince is not { } since)
        {
            return false;
        }

        TimeSpan? left = _timeout - _time.GetElapsedTime(since);
        if (left <= TimeSpan.Zero)
        {
            return true;
        }

        Arm(left);
        return false;
    }

    /// <summary>Gets the time for which the buffer has waited; null if it is empty.</summary>
    public TimeSpan? Waited => _waitingSince is { } since ? _time.GetElapsedTime(since) : null;

    /// <summary>Continues with a buffer that had waited before the server was restarted.</summary>
    public void Resume(TimeSpan waited)
    {
        _waitingSince = _time.GetTimestampBefore(waited);
        Arm(_timeout is { } timeout ? TimeSpan.FromTicks(Math.Max(0, (timeout - waited).Ticks)) : null);
    }

    public void Dispose() => _timer?.Dispose();

    private void Restart()
    {
        _waitingSince = _time.GetTimestamp();
        Arm(_timeout);
    }

    private void Signal(Func<bool> trySignal)
    {
        if (!trySignal())
        {
            Arm(_timeout);
        }
    }

    // Timers count whole milliseconds. Rounding up avoids a signal just before the timeout, which would have to be repeated.
    private void Arm(TimeSpan? after)
    {
        if (after is { } wait)
        {
            _timer?.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }
    }
}
