namespace Ftte.Tests;

/// <summary>A clock that jumps ahead whenever somebody waits, and remembers for how long.</summary>
internal sealed class JumpingTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _waits = [];
    private long _now;

    /// <summary>Gets the waits so far, in order.</summary>
    public TimeSpan[] Waits
    {
        get
        {
            lock (_lock)
            {
                return [.. _waits];
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override long GetTimestamp() => Volatile.Read(ref _now);

    /// <summary>Lets time pass without a wait.</summary>
    public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, period);
        lock (_lock)
        {
            _waits.Add(dueTime);
            _now += dueTime.Ticks;
        }

        ThreadPool.UnsafeQueueUserWorkItem(_ => callback(state), null);
        return new Done();
    }

    private sealed class Done : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
