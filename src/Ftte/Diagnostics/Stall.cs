namespace Ftte.Diagnostics;

/// <summary>Represents a report that no version is published, with the counts since the last version.</summary>
internal sealed record Stall(StallReason Reason, TimeSpan Elapsed)
{
    /// <summary>Gets the time since the last request of a device.</summary>
    public TimeSpan SinceRequest { get; init; }

    /// <summary>Gets the time since the last accepted update.</summary>
    public TimeSpan SinceAccepted { get; init; }

    public int Buffered { get; init; }

    public int? Capacity { get; init; }

    public int Clients { get; init; }

    public int Waiting { get; init; }

    public long Requests { get; init; }

    public CheckOutOutcome MostFrequentDenial { get; init; }

    public long Updates { get; init; }

    public long Rejected { get; init; }

    public UpdateOutcome MostFrequentRejection { get; init; }

    public long Assignments { get; init; }
}
