using System.Diagnostics.CodeAnalysis;

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

/// <summary>The server's answer to a device that asks for work.</summary>
/// <param name="Outcome">Whether there is work, and if not why.</param>
/// <param name="Assignment">The work; null unless <see cref="CheckOutOutcome.Assigned"/>.</param>
/// <param name="RetryAfter">How long to wait before asking again; null when asking again is no use by itself.</param>
public readonly record struct CheckOut(CheckOutOutcome Outcome, TrainingAssignment? Assignment = null, TimeSpan? RetryAfter = null)
{
    /// <summary>Gets whether there is work.</summary>
    [MemberNotNullWhen(true, nameof(Assignment))]
    public bool IsAssigned => Assignment is not null;
}
