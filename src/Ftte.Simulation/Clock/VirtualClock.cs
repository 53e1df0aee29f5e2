namespace Ftte.Simulation.Clock;

/// <summary>Represents the virtual clock of a run. Only the simulation advances it.</summary>
/// <remarks>Reading the time and creating timers is thread-safe. Timers that are due at the same time fire in the order in which they were set.</remarks>
internal sealed class VirtualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly SortedSet<VirtualTimer> _timers = new(Comparer<VirtualTimer>.Create((a, b) => (a.Due, a.Number).CompareTo((b.Due, b.Number))));
    private long _now;
    private long _set;

    /// <summary>Gets the time since the run began.</summary>
    public TimeSpan Now => new(Volatile.Read(ref _now));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Gets the time at which the next timer is due; null if there is none.</summary>
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

    /// <summary>Advances the clock, and fires the timers that are due until then at their times.</summary>
    /// <param name="time">The time since the run began; not before the current time.</param>
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

        /// <summary>Gets or sets the number of the last setting, from 1. A timer that was never set has 0, which no set timer has.</summary>
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
