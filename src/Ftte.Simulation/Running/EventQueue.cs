namespace Ftte.Simulation.Running;

/// <summary>The scheduled events in the order of their times. Events at the same time are processed in the order in which they were added.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<SimulationEvent, (TimeSpan Time, long Number)> _events = new();
    private long _added;
    private TimeSpan? _wake;

    /// <summary>Gets the time of the next event; null if there is none.</summary>
    public TimeSpan? Next => _events.TryPeek(out _, out var first) ? first.Time : null;

    public void Add(TimeSpan time, SimulationEvent scheduled) => _events.Enqueue(scheduled, (time, _added++));

    /// <summary>Adds an event that makes the loop look for idle devices, unless an earlier one is scheduled.</summary>
    public void AddWake(TimeSpan time)
    {
        if (!(_wake <= time))
        {
            _wake = time;
            Add(time, new SimulationEvent(EventKind.Wake));
        }
    }

    /// <summary>Removes the next event if its time has come.</summary>
    public bool TryTake(TimeSpan now, out SimulationEvent next)
    {
        if (!_events.TryPeek(out next, out var first) || first.Time > now)
        {
            return false;
        }

        _events.Dequeue();
        _wake = next.Kind == EventKind.Wake && _wake <= now ? null : _wake;
        return true;
    }
}
