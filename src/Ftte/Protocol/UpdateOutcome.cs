namespace Ftte;

/// <summary>Specifies the outcome of an update. Stale, duplicate and invalid updates are expected, so a rejection is a value and not an exception.</summary>
/// <remarks>The numbers are part of the wire format; new outcomes are added at the end.</remarks>
public enum UpdateOutcome : byte
{
    /// <summary>The default value; never returned.</summary>
    None = 0,

    /// <summary>The update was added to the buffer; the next version will contain it.</summary>
    Buffered = 1,

    /// <summary>The update completed a buffer. The receipt contains the version that was published.</summary>
    Published = 2,

    /// <summary>An update with the same ID was accepted before; nothing changed. The sender can treat this as success.</summary>
    Duplicate = 3,

    /// <summary>The server does not admit this client. Register the client, or authenticate as a registered one.</summary>
    UnknownClient = 4,

    /// <summary>The update was trained on a model with another layout. Update the app.</summary>
    LayoutMismatch = 5,

    /// <summary>The server never announced the selection of the update, or no longer keeps it. Check out again.</summary>
    UnknownSelection = 6,

    /// <summary>The number of values differs from the number of selected coordinates; for importance, from the number of blocks; for an evaluation, from the number of metrics.</summary>
    LengthMismatch = 7,

    /// <summary>
    /// A value is NaN or infinite; or the importance of a block is negative, or that of all blocks is zero. The whole update is rejected. If training
    /// diverged, lower the learning rate.
    /// </summary>
    NotFinite = 8,

    /// <summary>The norm of the update exceeds the configured limit, or the range of the accumulator.</summary>
    NormTooLarge = 9,

    /// <summary>The base version has not been published: the device used another server, or this server lost its state.</summary>
    FutureVersion = 10,

    /// <summary>The update exceeds the maximum staleness, or it answers an importance survey or an evaluation that is closed. Check out again.</summary>
    TooStale = 11,

    /// <summary>The client has used its share of the current buffer. Submit again after the next publication.</summary>
    ClientQuota = 12,

    /// <summary>The staleness weighting returned weight zero.</summary>
    ZeroWeight = 13,

    /// <summary>The server's queue is full; the update was not processed. Submit it again later.</summary>
    Busy = 14,

    /// <summary>The server is shutting down; the update was not processed.</summary>
    Stopped = 15,

    /// <summary>The importance values were recorded for the next selection.</summary>
    Surveyed = 16,

    /// <summary>The update does not answer an assignment that this server issued to this client. Check out again and train the new assignment.</summary>
    NotAssigned = 17,

    /// <summary>
    /// The update completed a buffer, but the version guard refused the step. No version was published, and the whole buffer was discarded. The update may be
    /// sent again; the server's log states the reason.
    /// </summary>
    Refused = 18,

    /// <summary>The metrics of the device were recorded for the evaluation of the version.</summary>
    Evaluated = 19,

    /// <summary>A metric is outside of the range that the server allows. Check what the device measures, and the order of its metrics.</summary>
    OutOfRange = 20,

    /// <summary>The client contributed as often as the server allows, or too recently, or training has ended. Discard the update and check out again.</summary>
    ParticipationLimit = 21,
}
