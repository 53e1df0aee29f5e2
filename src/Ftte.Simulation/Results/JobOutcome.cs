namespace Ftte.Simulation;

/// <summary>Specifies the outcome of a job.</summary>
public enum JobOutcome
{
    /// <summary>The server accepted the update.</summary>
    Accepted = 0,

    /// <summary>The server rejected the update. <see cref="JobRecord.UpdateOutcome"/> states the reason.</summary>
    Rejected = 1,

    /// <summary>The device gave up before it submitted an update.</summary>
    Dropped = 2,

    /// <summary>The run ended before the job.</summary>
    Unfinished = 3,

    /// <summary>The device measured importance, and the server used the result.</summary>
    Measured = 4,

    /// <summary>The device evaluated a version, and the server recorded the result.</summary>
    Evaluated = 5,
}
