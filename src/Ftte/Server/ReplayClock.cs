namespace Ftte;

/// <summary>Represents a clock that first shows the recorded times of a stored run, and then continues from the last of them at the speed of another clock.</summary>
/// <remarks>Leases therefore expire, and publications count as spaced, as they did before the restart. Time without a server does not count.</remarks>
internal sealed class ReplayClock(TimeProvider time) : TimeProvider
{
    private long _now = time.GetTimestamp();
    private long _offset;
    private volatile bool _runs;

    public override long TimestampFrequency => time.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    public override long GetTimestamp() => _runs ? time.GetTimestamp() + _offset : _now;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);

    /// <summary>Moves the clock while it shows recorded times.</summary>
    public void Advance(TimeSpan elapsed) => _now += (long)(elapsed.Ticks * ((double)TimestampFrequency / TimeSpan.TicksPerSecond));

    /// <summary>Lets the clock run.</summary>
    public void Run()
    {
        _offset = _now - time.GetTimestamp();
        _runs = true;
    }
}
