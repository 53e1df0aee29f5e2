using System.Buffers;
using Ftte.Selection;

namespace Ftte.Aggregation;

/// <summary>Folds a part of the updates of one version, so that several processes can fold a version together: with the same bits as one <see cref="BufferedAggregator"/>.</summary>
/// <remarks>
/// <para>A shard starts from the state of the aggregator that publishes, captured when the version was published (<see cref="BufferedAggregator.CaptureState"/>). It validates and weighs updates as that
/// aggregator does. The publishing aggregator merges the <see cref="Capture"/> of every shard (<see cref="BufferedAggregator.Merge"/>). Each version needs new shards.</para>
/// <para>All updates of a client must be passed to the same shard during a version, because each shard enforces <see cref="BufferedAggregatorOptions.MaxUpdatesPerClient"/> and detects duplicates among the
/// updates that it sees. The sum of the counts of all shards must not exceed <see cref="BufferedAggregatorOptions.Capacity"/>.</para>
/// <para>Called from one thread at a time. Memory: as a <see cref="BufferedAggregator"/>, including the state of the optimizer.</para>
/// </remarks>
public sealed class AggregationShard : IDisposable
{
    private readonly BufferedAggregator _aggregator;

    private AggregationShard(BufferedAggregator aggregator) => _aggregator = aggregator;

    /// <summary>Gets the current version. The updates of this shard are part of the version after it.</summary>
    public ModelVersion Version => _aggregator.Current.Version;

    /// <summary>Gets the number of updates that were folded.</summary>
    public int Count => _aggregator.PartCount;

    /// <summary>Creates a shard that contains no updates.</summary>
    /// <param name="state">The state of the aggregator that publishes, captured while its buffer was empty.</param>
    /// <param name="layout">The layout of the model in the state.</param>
    /// <param name="selections">The announced selections, with the same numbers as when the state was captured.</param>
    /// <param name="options">The options of the aggregator that publishes; null for FTTE's defaults.</param>
    /// <param name="pool">The pool to rent temporary vectors from; null for the shared pool.</param>
    /// <returns>The shard.</returns>
    /// <exception cref="ArgumentException">The buffer of the state is not empty, or the state does not match the layout, the selections or the options.</exception>
    /// <exception cref="Wire.WireFormatException">The content of the state is corrupt.</exception>
    public static AggregationShard Create(
        AggregatorState state, ParameterLayout layout, SelectionHistory selections, BufferedAggregatorOptions? options = null, MemoryPool<float>? pool = null) =>
        new(BufferedAggregator.RestoreShard(state, layout, selections, options, pool));

    /// <summary>Determines what <see cref="Fold"/> would answer, without changing the shard: for a server that commits an update before it folds it.</summary>
    /// <param name="update">The update, borrowed during the call.</param>
    /// <returns>The receipt: <see cref="UpdateOutcome.Buffered"/>, or the reason of the rejection.</returns>
    /// <exception cref="InvalidOperationException">The weighting returned a weight that is negative or not finite.</exception>
    public UpdateReceipt Check(SparseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return _aggregator.CheckPart(update);
    }

    /// <summary>Validates an update and folds it.</summary>
    /// <param name="update">The update, borrowed during the call.</param>
    /// <returns>
    /// The receipt: <see cref="UpdateOutcome.Buffered"/>, or the reason of the rejection. <see cref="UpdateOutcome.Busy"/> if the shard already has as many updates as a version.
    /// </returns>
    /// <exception cref="InvalidOperationException">The weighting returned a weight that is negative or not finite.</exception>
    public UpdateReceipt Fold(SparseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return _aggregator.FoldPart(update);
    }

    /// <summary>Copies what was folded so far.</summary>
    /// <returns>The partial aggregate: 8 bytes per selected coordinate, or the updates themselves if the reduction or the first version needs them.</returns>
    public PartialAggregate Capture() => _aggregator.CapturePart();

    /// <summary>Returns the pooled vectors of updates to their pool. The shard is empty afterward.</summary>
    public void Dispose() => _aggregator.DiscardPart();
}
