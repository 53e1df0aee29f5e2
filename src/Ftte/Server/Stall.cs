namespace Ftte;

/// <summary>The reason why no version is published.</summary>
internal enum StallReason
{
    None,

    /// <summary>Too few clients have a share of the buffer left.</summary>
    BufferCannotFill,

    /// <summary>Every update is rejected.</summary>
    NoUpdateAccepted,

    /// <summary>Every request for work is denied.</summary>
    NoClientEligible,

    /// <summary>Assignments are issued and no update arrives.</summary>
    NoUpdateReceived,
}

/// <summary>A report that no version is published, with the counts since the last version.</summary>
internal sealed record Stall(StallReason Reason, TimeSpan Elapsed)
{
    public int Buffered { get; init; }

    public int? Capacity { get; init; }

    public int Clients { get; init; }

    public int Waiting { get; init; }

    public long Requests { get; init; }

    public CheckOutOutcome MostDenied { get; init; }

    public long Updates { get; init; }

    public UpdateOutcome MostRejected { get; init; }

    public long Assignments { get; init; }
}

/// <summary>What is known of the aggregator's buffer.</summary>
/// <param name="Capacity">The number of updates that complete it.</param>
/// <param name="MaxUpdatesPerClient">The maximum number of updates of one client in it.</param>
/// <param name="Count">The number of updates in it when the server starts.</param>
internal readonly record struct BufferLimits(int Capacity, int MaxUpdatesPerClient, int Count);
