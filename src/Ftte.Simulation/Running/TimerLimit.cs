using Ftte.Simulation.Clock;

namespace Ftte.Simulation.Running;

/// <summary>Limits how often the server's timer fires while nothing else happens, so that a run without devices ends.</summary>
internal sealed class TimerLimit(VirtualClock clock)
{
    /// <summary>The maximum number of firings without progress. The timer fires again for a buffer that is younger than its timeout.</summary>
    private const int MaxFirings = 10;

    private int _firings;

    /// <summary>Gets the time of the next timer; null if there is none or the limit is reached.</summary>
    public TimeSpan? Next => _firings < MaxFirings ? clock.NextTimer : null;

    public void CountFiring() => _firings++;

    /// <summary>Starts again at zero, because a job began or a version was published.</summary>
    public void Reset() => _firings = 0;
}
