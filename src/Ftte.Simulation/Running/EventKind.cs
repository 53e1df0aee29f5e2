namespace Ftte.Simulation.Running;

/// <summary>Specifies the kind of a scheduled event.</summary>
internal enum EventKind
{
    /// <summary>The update of a job arrives, or the device drops the job.</summary>
    JobEnds,

    /// <summary>A device asks for work by itself (open loop).</summary>
    DeviceArrives,

    /// <summary>A device may be eligible again, because a lease has expired or the device is available again.</summary>
    Wake,
}
