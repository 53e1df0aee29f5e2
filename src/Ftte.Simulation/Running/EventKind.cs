namespace Ftte.Simulation;

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
