namespace Ftte.Simulation;

/// <summary>What a run ended with.</summary>
public enum SimulationEnding
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>It was cancelled.</summary>
    Cancelled = 1,

    /// <summary>The time was over: <see cref="SimulationOptions.MaxTime"/>.</summary>
    Time = 2,

    /// <summary>All versions were published: <see cref="SimulationOptions.MaxVersions"/>.</summary>
    Versions = 3,

    /// <summary>All jobs had been given out, and none is left: <see cref="SimulationOptions.MaxTrips"/>.</summary>
    Trips = 4,

    /// <summary>The target was reached: <see cref="SimulationOptions.StopAtTarget"/>.</summary>
    Target = 5,

    /// <summary>
    /// No device is at work, and none can be given work any more: the devices have left for good or have too little memory, or the last listed arrival is over.
    /// From this value on the run could not make progress; <see cref="SimulationResult.EndingReason"/> says why.
    /// </summary>
    Nobody = 6,

    /// <summary>
    /// The buffer cannot be completed: no device is at work, and those that remain have used their share of it. Choose a smaller capacity or more updates per client, set a
    /// publication timeout, or simulate more devices.
    /// </summary>
    BufferCannotFill = 7,

    /// <summary>Ten versions in a row were refused, because each would have broken the model.</summary>
    VersionsRefused = 8,

    /// <summary>Updates were rejected one after the other, more than ten per device, without one that was accepted.</summary>
    UpdatesRejected = 9,

    /// <summary>More jobs than <see cref="SimulationOptions.MaxTripsPerVersion"/> ended without a version, and devices gave up most of them.</summary>
    DevicesDropOut = 10,

    /// <summary>More jobs than <see cref="SimulationOptions.MaxTripsPerVersion"/> ended without a version, although updates were accepted.</summary>
    NoPublication = 11,
}
