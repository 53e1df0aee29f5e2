using System.Collections.Immutable;

namespace Ftte.Aggregation;

/// <summary>Represents what a publisher must do after an event.</summary>
internal abstract record PublisherEffect
{
    private PublisherEffect()
    {
    }

    /// <summary>Read the current buffer from the database.</summary>
    public sealed record Load : PublisherEffect;

    /// <summary>Ask a shard for its partial aggregate of a buffer, which must have the specified number of updates.</summary>
    public sealed record Ask(int Shard, long Buffer, int Count) : PublisherEffect;

    /// <summary>Merge the partial aggregates of all shards, which contain exactly these updates, and publish the version in one transaction (<see cref="BufferRecord.Publish"/>).</summary>
    public sealed record Publish(long Buffer, ImmutableArray<UpdateName> Updates) : PublisherEffect;

    /// <summary>Tell all shards the number of the current buffer.</summary>
    public sealed record Announce(long Buffer) : PublisherEffect;
}
