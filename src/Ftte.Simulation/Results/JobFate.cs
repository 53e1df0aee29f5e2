namespace Ftte.Simulation;

/// <summary>What became of a job.</summary>
public enum JobFate
{
    /// <summary>Its update counts.</summary>
    Accepted = 0,

    /// <summary>Its update arrived and does not count: the outcome says why.</summary>
    Rejected = 1,

    /// <summary>The device gave up.</summary>
    Dropped = 2,

    /// <summary>The run ended before it.</summary>
    Unfinished = 3,

    /// <summary>It measured importance.</summary>
    Measured = 4,
}
