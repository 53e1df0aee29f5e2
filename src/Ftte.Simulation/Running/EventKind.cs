namespace Ftte.Simulation.Running;

/// <summary>Specifies the kind of a scheduled event.</summary>
internal enum EventKind
{
    /// <summary>The update of a job arrives, or the device drops the job.</summary>
    JobEnds,

    /// <summary>A device asks for work by itself (open loop).</summary>
    DeviceArrives,

    /// <summary>The sum of a cohort is known, or the cohort failed (secure aggregation).</summary>
    CohortEnds,

    /// <summary>A device may have waited too long for a cohort.</summary>
    CohortWaitEnds,

    /// <summary>A device may be eligible again, because a lease has expired or the device is available again.</summary>
    Wake,
}
