namespace Ftte;

/// <summary>What became of an update. Stale, doubled or broken updates are normal life, so a rejection is a value with a reason.</summary>
/// <remarks>The numbers travel; new outcomes are added at the end.</remarks>
public enum UpdateOutcome : byte
{
    /// <summary>Never given: a receipt that nobody filled in.</summary>
    None = 0,

    /// <summary>Folded in; the next version will contain it.</summary>
    Buffered = 1,

    /// <summary>Folded in, and it completed a buffer: the receipt names the version just published.</summary>
    Published = 2,

    /// <summary>Its id has been accepted before; nothing changed. Success, as far as the sender is concerned.</summary>
    Duplicate = 3,

    /// <summary>The server does not admit this client. Register it, or authenticate as another.</summary>
    UnknownClient = 4,

    /// <summary>It was trained on a model of another layout. Update the app.</summary>
    LayoutMismatch = 5,

    /// <summary>Its selection was never announced, or too long ago to be remembered. Check out again.</summary>
    UnknownSelection = 6,

    /// <summary>It does not have as many values as its selection has coordinates; or importance, as the layout has blocks.</summary>
    LengthMismatch = 7,

    /// <summary>
    /// A value is NaN or infinite, or importance that is negative or zero everywhere. The whole update is rejected, never repaired: training diverged;
    /// lower the step size.
    /// </summary>
    NotFinite = 8,

    /// <summary>Its norm exceeds the limit set, or what the accumulator can hold without overflow.</summary>
    NormTooLarge = 9,

    /// <summary>Its base version has not been published: the device talks to another server, or this one lost its state.</summary>
    FutureVersion = 10,

    /// <summary>Its base version is older than the largest age accepted, or it tells importance that nobody asks for any more. Check out again.</summary>
    TooStale = 11,

    /// <summary>This client already has its share of the current buffer. Submit again after the next publication.</summary>
    ClientQuota = 12,

    /// <summary>The weighting gave it weight zero.</summary>
    ZeroWeight = 13,

    /// <summary>The server's queue is full; the update was not looked at. Submit it again later.</summary>
    Busy = 14,

    /// <summary>The server is shutting down; the update was not looked at.</summary>
    Stopped = 15,

    /// <summary>It told importance, which was noted for the next selection.</summary>
    Surveyed = 16,

    /// <summary>It does not answer an assignment that this server issued to this client. Check out again and train the new assignment.</summary>
    NotAssigned = 17,

    /// <summary>
    /// It completed a buffer whose step would have broken the model, so no version was published and the whole buffer was discarded. The update may be
    /// sent again; the server's log states the reason.
    /// </summary>
    Refused = 18,
}
