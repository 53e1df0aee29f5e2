using System.Buffers;
using Ftte.Selection;
using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Captures and merges parts of a buffer. <c>docs/wire-format.md</c> lists the fields in the order in which they are written and read.</summary>
public sealed partial class BufferedAggregator
{
    /// <summary>Adds the updates of a partial aggregate, and publishes if the buffer is complete.</summary>
    /// <param name="partial">The updates that an <see cref="AggregationShard"/> folded. Its state was captured from this aggregator at the current version.</param>
    /// <returns>
    /// <see cref="UpdateOutcome.Buffered"/> if the buffer is incomplete, <see cref="UpdateOutcome.Published"/>, or <see cref="UpdateOutcome.Refused"/> if the guard refused the version
    /// (<see cref="LatestRefusal"/>).
    /// </returns>
    /// <remarks>
    /// The updates of a buffer result in the same bits however they are divided into parts, and in every order of merges: as if each had been passed to <see cref="AggregateAsync"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// The partial aggregate is of another model, version or configuration, contains an update that was already accepted, or has more updates than the buffer has room for. The state is unchanged.
    /// </exception>
    /// <exception cref="Wire.WireFormatException">The content of the partial aggregate is corrupt. The state is unchanged.</exception>
    public UpdateOutcome Merge(PartialAggregate partial)
    {
        ArgumentNullException.ThrowIfNull(partial);
        var reader = new StateReader(partial.Content.Span);
        PartialAggregate.SkipHeader(ref reader);
        StateMismatch.Check("layout", reader.UInt64(), Layout.Fingerprint, nameof(partial));
        StateMismatch.Check("version", partial.Version, _current.Version, nameof(partial));
        StateMismatch.Check("model", reader.UInt64(), _current.Fingerprint, nameof(partial));
        StateMismatch.Check("number of refused versions", reader.Int64("number of refusals"), _refusals, nameof(partial));
        if (partial.Count > _options.Capacity - Count)
        {
            throw new ArgumentException($"The partial aggregate has {partial.Count} updates, but the buffer has room for {_options.Capacity - Count} of {_options.Capacity}. Close a version at exactly its capacity.", nameof(partial));
        }

        long age = reader.Int64("age of the buffer");
        ReadOnlySpan<byte> observations = reader.Bytes("length of the observations");
        (ClientId Client, UpdateId Id)[] updates = AcceptedUpdates.ReadBuffer(ref reader);
        foreach ((ClientId client, UpdateId id) in updates)
        {
            if (_validator.Accepted.Contains(client, id))
            {
                throw new ArgumentException($"Update {id} of client {client} was already accepted. Merge each partial aggregate once.", nameof(partial));
            }
        }

        UpdateBuffer buffer = _options.Reduction.CreateBuffer(_options.Capacity, _options.MinMassShare, Layout, _pool);
        var held = new List<UpdateCopy>();
        try
        {
            LoadPart(ref reader, buffer, held);
            if (buffer.Count + held.Count != partial.Count || updates.Length != partial.Count)
            {
                throw StateReader.Bad("number of updates", buffer.Count + held.Count);
            }

            // Validates all observations before anything is changed.
            LoadObservations(new ReferenceValues(_options, _buffer.CountsExamples), observations);
            _buffer.Merge(buffer);
            LoadObservations(_references, observations);
        }
        catch
        {
            buffer.Clear();
            held.ForEach(static copy => copy.Dispose());
            throw;
        }

        _held.AddRange(held);
        _bufferAge = Math.Max(_bufferAge, age);
        foreach ((ClientId client, UpdateId id) in updates)
        {
            _validator.Accepted.Add(client, id);
        }

        return Count < _options.Capacity ? UpdateOutcome.Buffered : TryPublish() ? UpdateOutcome.Published : UpdateOutcome.Refused;
    }

    /// <summary>Publishes the merged parts of a buffer that was closed before it was complete.</summary>
    internal UpdateOutcome PublishParts() => TryPublish() ? UpdateOutcome.Published : UpdateOutcome.Refused;

    /// <summary>Restores an aggregator that folds a part of the next version and does not publish.</summary>
    /// <exception cref="ArgumentException">The buffer of the state is not empty.</exception>
    internal static BufferedAggregator RestoreShard(
        AggregatorState state, ParameterLayout layout, SelectionHistory selections, BufferedAggregatorOptions? options, MemoryPool<float>? pool)
    {
        BufferedAggregator aggregator = Restore(state, layout, selections, options, pool);
        if (aggregator.Count > 0)
        {
            aggregator.Discard();
            throw new ArgumentException("The buffer of the state is not empty, so its updates would count once per shard. Capture the state when a version was published, before the next update.", nameof(state));
        }

        aggregator._isShard = true;
        return aggregator;
    }

    /// <summary>Returns the receipt that <see cref="FoldPart"/> would return, without changing the state.</summary>
    internal UpdateReceipt CheckPart(SparseUpdate update) => Count < _options.Capacity ? Aggregate(update, isTrial: true) : Rejected(UpdateOutcome.Busy);

    /// <summary>Folds an update into the part. Answers Busy if the part has as many updates as a version.</summary>
    internal UpdateReceipt FoldPart(SparseUpdate update) => Count < _options.Capacity ? Aggregate(update, isTrial: false) : Rejected(UpdateOutcome.Busy);

    /// <summary>Gets the number of updates in the part.</summary>
    internal int PartCount => Count;

    /// <summary>Releases the memory of updates that are held in pooled vectors.</summary>
    internal void DiscardPart() => Discard();

    internal PartialAggregate CapturePart()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new StateWriter(output);
        writer.UInt64(Layout.Fingerprint);
        writer.UInt64(_current.Fingerprint);
        writer.Int64(_refusals);
        writer.Int64(_bufferAge);
        var observations = new ArrayBufferWriter<byte>();
        _references.SaveObservations(new StateWriter(observations));
        writer.Bytes(observations.WrittenSpan);
        _validator.Accepted.SaveBuffer(writer);
        _buffer.Save(writer);
        writer.Int32(_held.Count);
        foreach (UpdateCopy held in _held)
        {
            held.Save(writer);
        }

        return PartialAggregate.Create(_current.Version, Count, output.WrittenSpan);
    }

    private void LoadPart(ref StateReader reader, UpdateBuffer buffer, List<UpdateCopy> held)
    {
        var selections = new StateSelections(_selections);
        buffer.Load(ref reader, selections, _options.Capacity);
        int count = reader.Count("number of held updates", UpdateCopy.MinSavedBytes);
        for (int i = 0; i < count; i++)
        {
            held.Add(UpdateCopy.Load(ref reader, selections, Layout, _pool));
        }

        reader.End();
    }

    private static void LoadObservations(ReferenceValues references, ReadOnlySpan<byte> saved)
    {
        var reader = new StateReader(saved);
        references.LoadObservations(ref reader);
        reader.End();
    }
}
