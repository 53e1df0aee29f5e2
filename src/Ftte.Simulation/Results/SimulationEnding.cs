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
    /// Nothing would ever have happened any more: nobody is at work, and nobody can be given any. The devices have gone for good, have too little memory or have
    /// done their part in a round that lacks others, or the last of the listed ones has come.
    /// </summary>
    Nobody = 6,
}
