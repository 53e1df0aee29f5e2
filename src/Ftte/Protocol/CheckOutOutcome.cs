namespace Ftte;

/// <summary>Why a device got work, or did not.</summary>
/// <remarks>The numbers travel; new outcomes are added at the end.</remarks>
public enum CheckOutOutcome : byte
{
    /// <summary>Never given: an answer that nobody filled in.</summary>
    None = 0,

    /// <summary>Here is work.</summary>
    Assigned = 1,

    /// <summary>As many devices are at work as the server wants. Ask again later.</summary>
    Busy = 2,

    /// <summary>The selection needs more memory than this device can spare. It may ask again after the selection has changed.</summary>
    NotEnoughMemory = 3,

    /// <summary>The device has a model of another layout. Update the app.</summary>
    LayoutMismatch = 4,

    /// <summary>The server does not admit this client.</summary>
    UnknownClient = 5,

    /// <summary>The server is shutting down.</summary>
    Stopped = 6,
}
