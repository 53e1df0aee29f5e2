namespace Ftte.Simulation.Clock;

/// <summary>Represents the clock of a device: the virtual clock plus a skew.</summary>
internal sealed class SkewedClock(TimeProvider clock, TimeSpan skew) : TimeProvider
{
    public override long TimestampFrequency => clock.TimestampFrequency;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + skew;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
}
