using System.Collections.Immutable;

namespace Ftte.Aggregation;

/// <summary>Represents the state of the publisher of a federation, and its reaction to events: when a buffer is closed, collect the partial aggregates of its shards, merge them and publish.</summary>
/// <remarks>
/// Immutable and pure. A cluster can have two publishers for a moment: both compute the same version, and the database accepts one. A publisher that is started again begins with
/// <see cref="Activate"/>.
/// </remarks>
internal sealed record PublisherProtocol
{
    private PublisherProtocol()
    {
    }

    /// <summary>Gets the number of the current buffer; -1 until it was read.</summary>
    public long Buffer { get; private init; } = -1;

    /// <summary>Gets a value that indicates whether the buffer is closed.</summary>
    public bool IsClosed { get; private init; }

    /// <summary>Gets the number of updates of each shard in the closed buffer.</summary>
    public ImmutableSortedDictionary<int, int> Expected { get; private init; } = ImmutableSortedDictionary<int, int>.Empty;

    /// <summary>Gets the updates in the partial aggregates that were received and are complete.</summary>
    public ImmutableSortedDictionary<int, ImmutableArray<UpdateName>> Parts { get; private init; } = ImmutableSortedDictionary<int, ImmutableArray<UpdateName>>.Empty;

    /// <summary>Gets what the publication waits for.</summary>
    public string Waiting =>
        Buffer < 0 ? "The publisher waits for the database."
        : !IsClosed ? $"Buffer {Buffer} waits for updates."
        : Parts.Count < Expected.Count ? $"Buffer {Buffer} waits for the sums of shard {string.Join(", ", Expected.Keys.Except(Parts.Keys))}."
        : $"Buffer {Buffer} waits for the commit of its version.";

    /// <summary>Starts a publisher.</summary>
    public static (PublisherProtocol State, ImmutableArray<PublisherEffect> Effects) Activate() => (new PublisherProtocol(), [new PublisherEffect.Load()]);

    /// <summary>Handles the content of the database. It may be older than what the publisher knows.</summary>
    /// <param name="buffer">The number of the current buffer.</param>
    /// <param name="isClosed">True if the buffer accepts no more updates.</param>
    /// <param name="counts">The number of updates of each shard in the buffer.</param>
    public (PublisherProtocol State, ImmutableArray<PublisherEffect> Effects) Loaded(long buffer, bool isClosed, ImmutableSortedDictionary<int, int> counts)
    {
        if (buffer < Buffer || (buffer == Buffer && IsClosed && !isClosed))
        {
            return (this, []);
        }

        bool isNew = buffer > Buffer;
        PublisherProtocol next = isNew ? new PublisherProtocol { Buffer = buffer } : this;
        next = next with { IsClosed = isClosed, Expected = isClosed ? counts : next.Expected };
        ImmutableArray<PublisherEffect> effects = isNew ? [new PublisherEffect.Announce(buffer)] : [];
        return isClosed ? (next, effects.AddRange(next.Collect())) : (next, effects);
    }

    /// <summary>Handles the partial aggregate of a shard. One that is incomplete or of another buffer is ignored.</summary>
    public (PublisherProtocol State, ImmutableArray<PublisherEffect> Effects) PartReceived(int shard, long buffer, ImmutableArray<UpdateName> updates)
    {
        if (buffer != Buffer || !IsClosed || Expected.GetValueOrDefault(shard) != updates.Length || Parts.ContainsKey(shard))
        {
            return (this, []);
        }

        PublisherProtocol next = this with { Parts = Parts.Add(shard, updates) };
        return (next, next.Parts.Count == Expected.Count ? next.Collect() : []);
    }

    /// <summary>Learns that a buffer is closed.</summary>
    public (PublisherProtocol State, ImmutableArray<PublisherEffect> Effects) Closed(long buffer) => (this, buffer > Buffer || (buffer == Buffer && !IsClosed) ? [new PublisherEffect.Load()] : []);

    /// <summary>Handles the end of the transaction, whatever its result was: the database has the current buffer.</summary>
    public (PublisherProtocol State, ImmutableArray<PublisherEffect> Effects) PublicationEnded() => (this, [new PublisherEffect.Load()]);

    /// <summary>Reads the database again, because a notification or an answer can be lost.</summary>
    public (PublisherProtocol State, ImmutableArray<PublisherEffect> Effects) Tick() => (this, [new PublisherEffect.Load()]);

    /// <summary>Asks for the parts that are missing, or publishes.</summary>
    private ImmutableArray<PublisherEffect> Collect() => Parts.Count == Expected.Count
        ? [new PublisherEffect.Publish(Buffer, [.. Parts.Values.SelectMany(part => part)])]
        : [.. Expected.Keys.Except(Parts.Keys).Select(shard => new PublisherEffect.Ask(shard, Buffer, Expected[shard]))];
}
