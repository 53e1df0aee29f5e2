namespace Ftte;

/// <summary>Specifies what a client does, as far as the server knows.</summary>
public enum ClientActivity
{
    /// <summary>The client has no assignment: it is offline, or waits before its next request.</summary>
    Idle = 0,

    /// <summary>The client trains, by its lease.</summary>
    Training = 1,

    /// <summary>The client measures the importance of the blocks, by its lease.</summary>
    MeasuringImportance = 2,

    /// <summary>The client evaluates a version, by its lease.</summary>
    Evaluating = 3,

    /// <summary>The client has used its share of the current buffer and waits for the next version.</summary>
    AwaitingVersion = 4,
}
