namespace Ftte.Diagnostics;

/// <summary>Specifies the reason why no version is published.</summary>
internal enum StallReason
{
    None,

    /// <summary>Too few clients have an unused share of the buffer.</summary>
    BufferCannotFill,

    /// <summary>Every update is rejected.</summary>
    NoUpdateAccepted,

    /// <summary>Every request for work is denied.</summary>
    NoClientEligible,

    /// <summary>Assignments are issued and no update arrives.</summary>
    NoUpdateReceived,

    /// <summary>No device sends a request.</summary>
    NoRequest,

    /// <summary>No update is accepted any more, for several reasons or an unknown one.</summary>
    NoProgress,
}
