using System.Collections.Immutable;

namespace Ftte.Aggregation;

/// <summary>Represents what the database contains about the buffer of a federation, and defines the transactions that change it.</summary>
/// <remarks>
/// The database is the only part of a cluster that decides. Each method is one transaction on the row of the federation, so that transactions have an order. Shards and publishers may be started
/// twice, may be late, and may repeat any transaction.
/// </remarks>
/// <param name="Number">The number of the current buffer. Increases by 1 with each version that is published or refused.</param>
/// <param name="Version">The current version.</param>
/// <param name="Capacity">K, the number of updates that complete a buffer.</param>
/// <param name="IsClosed">True if the buffer accepts no more updates.</param>
/// <param name="Rows">The committed updates of the buffer.</param>
/// <param name="Counted">The updates of earlier versions, as long as they could be sent again.</param>
internal sealed record BufferRecord(long Number, ModelVersion Version, int Capacity, bool IsClosed, ImmutableArray<BufferRow> Rows, ImmutableHashSet<UpdateName> Counted)
{
    /// <summary>Creates the record of a new federation.</summary>
    public static BufferRecord Create(int capacity) => new(0, default, capacity, IsClosed: false, [], []);

    /// <summary>Commits updates to a buffer. The buffer is closed when it is complete, so that it never has more than its capacity.</summary>
    /// <param name="buffer">The number of the buffer that the shard fills.</param>
    /// <param name="shard">The number of the shard.</param>
    /// <param name="updates">The updates, all different.</param>
    /// <returns>The record after the transaction, and its result.</returns>
    public (BufferRecord Next, CommitResult Result) Commit(long buffer, int shard, ImmutableArray<UpdateName> updates)
    {
        ImmutableArray<BufferRow>.Builder rows = Rows.ToBuilder();
        var outcomes = ImmutableArray.CreateBuilder<CommitOutcome>(updates.Length);
        bool isOpen = buffer == Number && !IsClosed;
        foreach (UpdateName update in updates)
        {
            if (Counted.Contains(update))
            {
                outcomes.Add(CommitOutcome.Duplicate);
            }
            else if (rows.Contains(new BufferRow(shard, update)))
            {
                outcomes.Add(CommitOutcome.Taken);
            }
            else if (isOpen && rows.Count < Capacity)
            {
                rows.Add(new BufferRow(shard, update));
                outcomes.Add(CommitOutcome.Taken);
            }
            else
            {
                outcomes.Add(CommitOutcome.Later);
            }
        }

        BufferRecord next = this with { Rows = rows.ToImmutable(), IsClosed = IsClosed || rows.Count == Capacity };
        return (next, new CommitResult(next.Number, next.IsClosed, outcomes.ToImmutable()));
    }

    /// <summary>Closes a buffer that is not complete, because its time is over.</summary>
    /// <param name="buffer">The number of the buffer.</param>
    /// <param name="minUpdates">The minimum number of updates that the buffer must have.</param>
    public BufferRecord Close(long buffer, int minUpdates) => buffer == Number && Rows.Length >= Math.Max(1, minUpdates) ? this with { IsClosed = true } : this;

    /// <summary>Publishes the version that consists of a closed buffer.</summary>
    /// <param name="buffer">The number of the buffer.</param>
    /// <returns>The record after the transaction; the same one if the buffer is not the current one or not closed, so that of two publishers only one publishes.</returns>
    public BufferRecord Publish(long buffer) => buffer == Number && IsClosed
        ? new BufferRecord(Number + 1, Version.Next, Capacity, IsClosed: false, [], Counted.Union(Rows.Select(row => row.Update)))
        : this;

    /// <summary>Discards a closed buffer because the version was refused. Its updates may be sent again.</summary>
    /// <param name="buffer">The number of the buffer.</param>
    public BufferRecord Refuse(long buffer) => buffer == Number && IsClosed ? this with { Number = Number + 1, IsClosed = false, Rows = [] } : this;
}
