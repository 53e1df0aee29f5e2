namespace Ftte.Simulation;

/// <summary>Something that happens at a time.</summary>
/// <param name="Kind">What.</param>
/// <param name="Job">The job that ends.</param>
/// <param name="JobDuration">How long the job of the device that comes will take, if that is given.</param>
internal readonly record struct SimulationEvent(EventKind Kind, SimulatedJob? Job = null, TimeSpan? JobDuration = null);

/// <summary>What happens.</summary>
internal enum EventKind
{
    /// <summary>A job's update arrives, or its device gives up.</summary>
    JobEnds,

    /// <summary>A device comes of its own accord: the open loop.</summary>
    DeviceComes,

    /// <summary>Someone who could not be asked before can be now: a place has become free, or a device has come back.</summary>
    Wake,
}
