using System.Collections.Immutable;

namespace Ftte.Aggregation;

/// <summary>Represents what a shard must do after an event.</summary>
internal abstract record ShardEffect
{
    private ShardEffect()
    {
    }

    /// <summary>Read the current buffer from the database.</summary>
    public sealed record Load : ShardEffect;

    /// <summary>Commit updates in one transaction (<see cref="BufferRecord.Commit"/>).</summary>
    public sealed record Commit(long Buffer, ImmutableArray<UpdateName> Updates) : ShardEffect;

    /// <summary>Answer the device: the update is durable, and counts in this or an earlier version.</summary>
    public sealed record Acknowledge(UpdateName Update, CommitOutcome Outcome) : ShardEffect;

    /// <summary>Tell the publisher that a buffer is closed.</summary>
    public sealed record NotifyClosed(long Buffer) : ShardEffect;

    /// <summary>Send the partial aggregate, which contains exactly these updates, to the publisher that asked.</summary>
    public sealed record SendPart(long Buffer, ImmutableArray<UpdateName> Updates) : ShardEffect;
}
