namespace Ftte.Aggregation;

/// <summary>Specifies whether a client may contribute to the next version of an aggregator that limits contributions.</summary>
public enum ParticipationStatus
{
    /// <summary>The client may contribute.</summary>
    Allowed = 0,

    /// <summary>The client contributed too recently. It may contribute to a later version.</summary>
    AwaitsVersion = 1,

    /// <summary>The client may not contribute any more: it reached its maximum, or training has ended.</summary>
    Ended = 2,
}
