using System.Collections.Concurrent;
using Ftte.Aggregation;

namespace Ftte.Tests;

/// <summary>An aggregator that answers what a test tells it to, and fails the test when it is called by two at once.</summary>
internal sealed class ScriptedAggregator(ModelSnapshot start) : IAsyncAggregator
{
    private int _inside;
    private volatile ModelSnapshot _current = start;

    public ModelSnapshot Current => _current;

    /// <summary>Gets or sets how an update is answered; may publish.</summary>
    public Func<SparseUpdate, CancellationToken, ValueTask<UpdateReceipt>> OnAggregate { get; set; } = (_, _) => new(new UpdateReceipt(UpdateOutcome.Buffered, default, 1));

    /// <summary>Gets or sets what a flush publishes.</summary>
    public Func<ModelSnapshot?> OnFlush { get; set; } = () => null;

    /// <summary>Gets the headers of the updates, in the order of arrival.</summary>
    public ConcurrentQueue<UpdateHeader> Seen { get; } = new();

    public int Flushes { get; private set; }

    public async ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        Assert.Equal(1, Interlocked.Increment(ref _inside));
        try
        {
            Seen.Enqueue(update.Header);
            return await OnAggregate(update, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default)
    {
        Assert.Equal(1, Interlocked.Increment(ref _inside));
        try
        {
            Flushes++;
            return new ValueTask<ModelSnapshot?>(OnFlush());
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    /// <summary>Publishes the next version, with the same parameters.</summary>
    public ModelSnapshot Publish(ParameterSelection? changed = null) =>
        _current = ModelSnapshot.TakeOver(_current.Layout, _current.Version.Next, _current.Parameters.ToArray(), changed);

    /// <summary>Puts any version in force.</summary>
    public void Jump(ModelSnapshot snapshot) => _current = snapshot;

    public UpdateReceipt Answer(UpdateOutcome outcome) => new(outcome, Current.Version, outcome is UpdateOutcome.Buffered or UpdateOutcome.Published ? 1 : 0);
}
