using System.Collections.Immutable;

namespace Ftte.Aggregation;

/// <summary>Represents the state of a shard that folds updates, and its reaction to events: commit first, then fold and acknowledge.</summary>
/// <remarks>
/// Immutable and pure, so that all orders of events can be tested. A shard that is started again after a failure begins with <see cref="Activate"/>; the database has everything that it acknowledged.
/// The updates of <see cref="Folded"/> are those of its <see cref="AggregationShard"/>.
/// </remarks>
internal sealed record ShardProtocol
{
    private ShardProtocol(int shard) => Shard = shard;

    /// <summary>Gets the number of the shard.</summary>
    public int Shard { get; }

    /// <summary>Gets the number of the buffer that the shard fills; -1 until it was read.</summary>
    public long Buffer { get; private init; } = -1;

    /// <summary>Gets a value that indicates whether the buffer is known to accept no more updates.</summary>
    public bool IsClosed { get; private init; }

    /// <summary>Gets the updates that wait for a transaction.</summary>
    public ImmutableArray<UpdateName> Pending { get; private init; } = [];

    /// <summary>Gets the updates of the transaction that is in progress; empty if there is none.</summary>
    public ImmutableArray<UpdateName> Committing { get; private init; } = [];

    /// <summary>Gets the number of the buffer that the transaction in progress names.</summary>
    public long CommittingBuffer { get; private init; } = -1;

    /// <summary>Gets the committed updates of the buffer, which are folded.</summary>
    public ImmutableArray<UpdateName> Folded { get; private init; } = [];

    /// <summary>Gets what updates of devices wait for; null if none waits.</summary>
    public string? Waiting =>
        Committing.Length > 0 ? $"{Committing.Length} updates wait for a commit to buffer {CommittingBuffer}"
        : Pending.Length == 0 ? null
        : Buffer < 0 ? $"{Pending.Length} updates wait for the database"
        : $"{Pending.Length} updates wait for the publication of buffer {Buffer}";

    /// <summary>Starts a shard.</summary>
    public static (ShardProtocol State, ImmutableArray<ShardEffect> Effects) Activate(int shard) => (new ShardProtocol(shard), [new ShardEffect.Load()]);

    /// <summary>Receives an update from a device.</summary>
    public (ShardProtocol State, ImmutableArray<ShardEffect> Effects) Receive(UpdateName update) =>
        Folded.Contains(update) ? (this, [new ShardEffect.Acknowledge(update, CommitOutcome.Taken)])
        : Pending.Contains(update) || Committing.Contains(update) ? (this, [])
        : (this with { Pending = Pending.Add(update) }).CommitPending([]);

    /// <summary>Handles the result of a transaction.</summary>
    public (ShardProtocol State, ImmutableArray<ShardEffect> Effects) Committed(CommitResult result)
    {
        var effects = ImmutableArray.CreateBuilder<ShardEffect>();
        ImmutableArray<UpdateName>.Builder folded = Folded.ToBuilder();
        var later = ImmutableArray.CreateBuilder<UpdateName>();
        foreach ((UpdateName update, CommitOutcome outcome) in Committing.Zip(result.Outcomes))
        {
            if (outcome == CommitOutcome.Later)
            {
                later.Add(update);
                continue;
            }

            // An update in another buffer than this one is durable, but is not part of the sums here.
            if (outcome == CommitOutcome.Taken && result.Buffer == Buffer && !folded.Contains(update))
            {
                folded.Add(update);
            }

            effects.Add(new ShardEffect.Acknowledge(update, outcome));
        }

        ShardProtocol next = this with { Committing = [], Pending = later.ToImmutable().AddRange(Pending), Folded = folded.ToImmutable() };
        if (result.Buffer > Buffer)
        {
            effects.Add(new ShardEffect.Load());
            return (next, effects.ToImmutable());
        }

        if (result.Buffer == Buffer && result.IsClosed)
        {
            next = next with { IsClosed = true };
            effects.Add(new ShardEffect.NotifyClosed(Buffer));
        }

        return next.CommitPending(effects.ToImmutable());
    }

    /// <summary>Repeats a transaction whose result is not known. The database recognizes updates that it already has.</summary>
    /// <remarks>The repetition names the same buffer, even if another one is the current one now: updates that were validated against one buffer must not enter another one.</remarks>
    public (ShardProtocol State, ImmutableArray<ShardEffect> Effects) CommitFailed() => (this, [new ShardEffect.Commit(CommittingBuffer, Committing)]);

    /// <summary>Removes an update that the shard rejects. It must not be part of a transaction that has begun.</summary>
    public ShardProtocol Withdraw(UpdateName update) => this with { Pending = Pending.Remove(update), Committing = Committing.Remove(update) };

    /// <summary>Handles the content of the database. It may be older than what the shard knows.</summary>
    /// <param name="buffer">The number of the current buffer.</param>
    /// <param name="isClosed">True if the buffer accepts no more updates.</param>
    /// <param name="rows">The updates of this shard in the buffer.</param>
    public (ShardProtocol State, ImmutableArray<ShardEffect> Effects) Loaded(long buffer, bool isClosed, ImmutableArray<UpdateName> rows)
    {
        if (buffer < Buffer)
        {
            return (this, []);
        }

        ShardProtocol next = buffer > Buffer
            ? this with { Buffer = buffer, IsClosed = isClosed, Folded = rows }
            : this with { IsClosed = IsClosed || isClosed, Folded = Folded.AddRange(rows.Where(row => !Folded.Contains(row))) };
        return next.CommitPending(next.IsClosed ? [new ShardEffect.NotifyClosed(buffer)] : []);
    }

    /// <summary>Learns that another buffer is the current one.</summary>
    public (ShardProtocol State, ImmutableArray<ShardEffect> Effects) Advanced(long buffer) => (this, buffer > Buffer ? [new ShardEffect.Load()] : []);

    /// <summary>Answers a publisher that asks for the partial aggregate of a buffer.</summary>
    /// <param name="buffer">The number of the buffer.</param>
    /// <param name="count">
    /// The number of updates of this shard in the database. The shard reads the database again if it knows fewer: a transaction of an earlier activation can end after the later activation has read.
    /// </param>
    public (ShardProtocol State, ImmutableArray<ShardEffect> Effects) Asked(long buffer, int count) =>
        (this, buffer == Buffer && count <= Folded.Length ? [new ShardEffect.SendPart(buffer, Folded)] : buffer >= Buffer ? [new ShardEffect.Load()] : []);

    /// <summary>Reads the database again if updates wait, because a notification can be lost.</summary>
    public (ShardProtocol State, ImmutableArray<ShardEffect> Effects) Tick() =>
        (this, Committing.Length == 0 && (Buffer < 0 || Pending.Length > 0) ? [new ShardEffect.Load()] : []);

    private (ShardProtocol State, ImmutableArray<ShardEffect> Effects) CommitPending(ImmutableArray<ShardEffect> effects)
    {
        if (Buffer < 0 || IsClosed || Committing.Length > 0 || Pending.Length == 0)
        {
            return (this, effects);
        }

        return (this with { Committing = Pending, CommittingBuffer = Buffer, Pending = [] }, effects.Add(new ShardEffect.Commit(Buffer, Pending)));
    }
}
