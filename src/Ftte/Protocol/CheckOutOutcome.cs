namespace Ftte;

/// <summary>Specifies the outcome of a request for work.</summary>
/// <remarks>The numbers are part of the wire format; new outcomes are added at the end.</remarks>
public enum CheckOutOutcome : byte
{
    /// <summary>The default value; never returned.</summary>
    None = 0,

    /// <summary>The device was assigned work.</summary>
    Assigned = 1,

    /// <summary>The maximum number of devices is already at work, the version has all its assignments, or the client has used its share of the current buffer. Retry later.</summary>
    Busy = 2,

    /// <summary>The selection requires more memory than the device has available. Retry after the selection has changed.</summary>
    NotEnoughMemory = 3,

    /// <summary>The device has a model of another layout. Update the app.</summary>
    LayoutMismatch = 4,

    /// <summary>The server does not admit this client.</summary>
    UnknownClient = 5,

    /// <summary>The server is shutting down.</summary>
    Stopped = 6,

    /// <summary>
    /// Training has ended, because the model has stopped improving (<see cref="EvaluationOptions.Patience"/>) or the client may not contribute any more
    /// (<see cref="Aggregation.ILimitedAggregator"/>). The server still accepts updates of earlier assignments that are within these limits. Retry later: the app may continue training.
    /// </summary>
    TrainingEnded = 7,
}
