using Ftte.Common;

namespace Ftte;

/// <summary>Rings when a buffer has waited too long since its first update.</summary>
/// <remarks>The timer's own thread only rings; everything else is called by the queue's reader.</remarks>
internal sealed class PublicationTimer : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan? _timeout;
    private readonly ITimer? _timer;
    private long? _waitingSince;

    /// <summary>Makes a timer that rings when told that a buffer has begun.</summary>
    /// <param name="timeout">How long a buffer may wait; null for ever.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ring">Called when the time is up; returns whether anybody heard it.</param>
    public PublicationTimer(TimeSpan? timeout, TimeProvider time, Func<bool> ring)
    {
        (_time, _timeout) = (time, timeout);
        _timer = timeout is null ? null : time.CreateTimer(_ => Ring(ring), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Notes that an update waits in the buffer; its first one starts the time.</summary>
    public void Buffered()
    {
        if (_waitingSince is null)
        {
            Restart();
        }
    }

    /// <summary>Notes that the buffer was published.</summary>
    public void Published() => _waitingSince = null;

    /// <summary>Starts the time anew for a buffer that was offered and held too little.</summary>
    public void RestartIfWaiting()
    {
        if (_waitingSince is not null)
        {
            Restart();
        }
    }

    /// <summary>Says, once the ring was heard, whether it still concerns the buffer that waits now; if that is younger, the timer rings again for it.</summary>
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

    /// <summary>Gets how long the buffer has waited; null if none waits.</summary>
    public TimeSpan? Waited => _waitingSince is { } since ? _time.GetElapsedTime(since) : null;

    /// <summary>Goes on with a buffer that had waited before the server was restarted.</summary>
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

    private void Ring(Func<bool> ring)
    {
        if (!ring())
        {
            Arm(_timeout);
        }
    }

    // Timers count whole milliseconds: rounding up keeps one from ringing just before the time and having to ring again.
    private void Arm(TimeSpan? after)
    {
        if (after is { } wait)
        {
            _timer?.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }
    }
}
