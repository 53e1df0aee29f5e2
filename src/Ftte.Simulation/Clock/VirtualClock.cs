namespace Ftte.Simulation.Clock;

/// <summary>The clock of a run. It stands still until the simulation moves it, and nothing else can.</summary>
/// <remarks>Reading and making timers is thread-safe; only the simulation advances it. Timers that are due at the same time fire in the order in which they were set.</remarks>
internal sealed class VirtualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly SortedSet<VirtualTimer> _timers = new(Comparer<VirtualTimer>.Create((a, b) => (a.Due, a.Number).CompareTo((b.Due, b.Number))));
    private long _now;
    private long _set;

    /// <summary>Gets the time since the run began.</summary>
    public TimeSpan Now => new(Volatile.Read(ref _now));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Gets when the next timer is due; null without any.</summary>
    public TimeSpan? NextTimer
    {
        get
        {
            lock (_lock)
            {
                return _timers.Min is { } first ? new TimeSpan(first.Due) : null;
            }
        }
    }

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => start + Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on, and lets the timers that are due on the way fire at their times.</summary>
    /// <param name="time">The time since the run began; not before now.</param>
    /// <returns>Whether a timer fired.</returns>
    public bool AdvanceTo(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, Now);
        bool fired = false;
        while (TakeDue(time.Ticks) is { } timer)
        {
            timer.Fire();
            fired = true;
        }

        Volatile.Write(ref _now, time.Ticks);
        return fired;
    }

    private VirtualTimer? TakeDue(long until)
    {
        lock (_lock)
        {
            if (_timers.Min is not { } first || first.Due > until)
            {
                return null;
            }

            _timers.Remove(first);
            Volatile.Write(ref _now, Math.Max(_now, first.Due));
            if (first.Period > 0)
            {
                first.Due += first.Period;
                first.Number = ++_set;
                _timers.Add(first);
            }

            return first;
        }
    }

    private sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private bool _isDisposed;

        public long Due { get; set; }

        public long Period { get; private set; }

        /// <summary>Which of all settings its own was, from 1, so that a timer which was never set is not taken for one that was.</summary>
        public long Number { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (!_isDisposed && dueTime >= TimeSpan.Zero)
                {
                    Due = clock._now + dueTime.Ticks;
                    Period = Math.Max(0, period.Ticks);
                    Number = ++clock._set;
                    clock._timers.Add(this);
                }

                return !_isDisposed;
            }
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._lock)
            {
                _isDisposed = true;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
