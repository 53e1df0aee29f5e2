using System.Buffers;
using System.Globalization;

namespace Ftte;

/// <summary>
/// Folds updates in as they arrive and publishes a version after every K: FTTE's rule, and with other options FedBuff, FedAsync and FedAvg.
/// </summary>
/// <remarks>
/// <para>An update passes, in this order: layout, content (importance is no step, and nobody here asks for it: too stale), selection, length, finiteness, norm, duplicate, age, the client's share of the buffer, weight, fold.
/// Whatever fails rejects the whole update with that reason and leaves no trace.</para>
/// <para>The references that weights and caps depend on change only when a version is published, and sums are fixed-point, so the K updates
/// of a buffer give the same bits in every arrival order.</para>
/// <para>Memory: one accumulator per selection in the buffer (8 bytes per selected coordinate), the optimizer's state, two models while a version
/// is made; nothing grows with the number of clients. Robust reductions also hold K updates.</para>
/// </remarks>
public sealed class BufferedAggregator : IAsyncAggregator
{
    /// <summary>Less than this cannot be told from nothing in the sums' resolution.</summary>
    private const double SmallestWeight = 1.0 / (1 << 20);

    private readonly BufferedAggregatorOptions _options;
    private readonly SelectionHistory _selections;
    private readonly MemoryPool<float> _pool;
    private readonly UpdateBuffer _buffer;
    private readonly OptimizerState _optimizer;
    private readonly AcceptedUpdates _accepted;
    private readonly RunningReference _usualVariance = new();
    private readonly RunningReference _usualNorm = new();
    private readonly RunningReference _usualExamples;
    private readonly LastDirection? _direction;
    private readonly long _maxAge;
    private ModelSnapshot _current;

    /// <summary>Starts from a model.</summary>
    /// <param name="initial">The version that training starts from.</param>
    /// <param name="selections">The selections announced, shared with the server.</param>
    /// <param name="options">The rule; null for FTTE's defaults.</param>
    /// <param name="pool">Where temporary vectors come from; null for the shared pool.</param>
    /// <exception cref="ArgumentException">The selections are of another model, or an option is out of range.</exception>
    public BufferedAggregator(ModelSnapshot initial, SelectionHistory selections, BufferedAggregatorOptions? options = null, MemoryPool<float>? pool = null)
    {
        ArgumentNullException.ThrowIfNull(initial);
        ArgumentNullException.ThrowIfNull(selections);
        if (selections.ParameterCount != initial.Layout.ParameterCount)
        {
            throw new ArgumentException($"The selections are of {selections.ParameterCount} parameters, the model has {initial.Layout.ParameterCount}.", nameof(selections));
        }

        _options = options?.Copy() ?? new BufferedAggregatorOptions();
        _options.Validate();
        _selections = selections;
        _pool = pool ?? MemoryPool<float>.Shared;
        _current = initial;
        _buffer = _options.Reduction.CreateBuffer(_options.Capacity, _options.MinimumMassShare, _pool);
        _optimizer = _options.Optimizer.CreateState(initial.Layout.ParameterCount);
        _maxAge = _options.MaxAge ?? Math.Max(20, 4L * (_options.Concurrency ?? 0) / _options.Capacity);
        _accepted = new AcceptedUpdates(_options.Capacity, Math.Max(_maxAge, 20));
        _usualExamples = new RunningReference(_options.ExpectedExampleCount ?? double.NaN);
        _direction = _options.Weighting.NeedsAlignment ? new LastDirection(initial.Layout.ParameterCount) : null;
        SetUsualExamples();
    }

    /// <inheritdoc />
    public ModelSnapshot Current => Volatile.Read(ref _current);

    /// <inheritdoc />
    public ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<UpdateReceipt>(Aggregate(update));
    }

    /// <inheritdoc />
    public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool enough = _buffer.Count > 0 && _buffer.Count >= _options.FlushShare * _options.Capacity;
        return new ValueTask<ModelSnapshot?>(enough ? Publish() : null);
    }

    private UpdateReceipt Aggregate(SparseUpdate update)
    {
        UpdateHeader header = update.Header;
        if (header.LayoutFingerprint != _current.Layout.Fingerprint)
        {
            return Rejected(UpdateOutcome.LayoutMismatch);
        }

        if (header.Content == UpdateContent.Importance)
        {
            return Rejected(UpdateOutcome.TooStale);
        }

        if (!_selections.TryGet(header.SelectionVersion, out ParameterSelection? selection))
        {
            return Rejected(UpdateOutcome.UnknownSelection);
        }

        ReadOnlySpan<float> values = update.Values.Span;
        if (values.Length != selection.Count)
        {
            return Rejected(UpdateOutcome.LengthMismatch);
        }

        if (!update.Moments.IsFinite)
        {
            return Rejected(UpdateOutcome.NotFinite);
        }

        if (header.Content == UpdateContent.Difference)
        {
            return AggregateStep(header, selection, values, update.Moments);
        }

        using IMemoryOwner<float> difference = _pool.Rent(values.Length);
        Span<float> step = difference.Memory.Span[..values.Length];
        selection.Gather(_current.Parameters.Span, step);
        System.Numerics.Tensors.TensorPrimitives.Subtract(values, step, step);
        return AggregateStep(header, selection, step, UpdateMoments.Measure(step));
    }

    private UpdateReceipt AggregateStep(in UpdateHeader header, ParameterSelection selection, ReadOnlySpan<float> step, in UpdateMoments moments)
    {
        if (!(moments.Norm <= (_options.MaxNorm ?? double.MaxValue)))
        {
            return Rejected(UpdateOutcome.NormTooLarge);
        }

        if (_accepted.Contains(header))
        {
            return Rejected(UpdateOutcome.Duplicate);
        }

        long age = _current.Version - header.BaseVersion;
        if (age < 0 || age > _maxAge)
        {
            return Rejected(age < 0 ? UpdateOutcome.FutureVersion : UpdateOutcome.TooStale);
        }

        if (_accepted.CountInBuffer(header.Client) >= _options.MaxUpdatesPerClient)
        {
            return Rejected(UpdateOutcome.ClientQuota);
        }

        // Comparisons with a reference that is not known yet (NaN) are false: nothing is clipped or capped by it.
        double longest = (_options.NormClip ?? double.NaN) * _usualNorm.Value;
        double clip = moments.Norm > longest ? longest / moments.Norm : 1;
        int examples = header.ExampleCount > _options.ExampleCap * _usualExamples.Value
            ? (int)(_options.ExampleCap * _usualExamples.Value)
            : header.ExampleCount;
        var statistics = new UpdateStatistics(
            age + (long)_options.AgeOrigin,
            moments.Variance * clip * clip,
            _usualVariance.Value,
            moments.Norm * clip,
            examples,
            _direction?.Cosine(selection, step, moments.Norm) ?? double.NaN);
        double weight = _options.Weighting.GetWeight(statistics);
        if (!double.IsFinite(weight) || weight < 0)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_options.Weighting.GetType().Name} returned {weight} for an update of age {statistics.Age}, variance {statistics.Variance}, reference variance {statistics.ReferenceVariance}, norm {statistics.Norm}, {statistics.ExampleCount} examples and alignment {statistics.Alignment}; weights are finite and not negative."));
        }

        if (weight < SmallestWeight)
        {
            return Rejected(UpdateOutcome.ZeroWeight);
        }

        if (!_buffer.TryAdd(new AdmittedUpdate(header, selection, examples, weight, clip, moments.Norm), step))
        {
            return Rejected(UpdateOutcome.NormTooLarge);
        }

        _accepted.Add(header, _current.Version);
        _usualVariance.Observe(statistics.Variance);
        _usualNorm.Observe(moments.Norm);
        _usualExamples.Observe(examples);
        if (_buffer.Count < _options.Capacity)
        {
            return new UpdateReceipt(UpdateOutcome.Buffered, _current.Version, weight);
        }

        Publish();
        return new UpdateReceipt(UpdateOutcome.Published, _current.Version, weight);
    }

    private ModelSnapshot Publish()
    {
        var parameters = GC.AllocateUninitializedArray<float>(_current.Layout.ParameterCount);
        _current.Parameters.Span.CopyTo(parameters);
        _optimizer.BeginStep(_buffer.MeanWeight);
        _direction?.Begin();
        _buffer.Reduce((start, step) =>
        {
            _optimizer.Apply(parameters.AsSpan(start, step.Length), step, start);
            _direction?.Record(start, step);
        });
        ParameterSelection touched = _buffer.Touched;
        _buffer.Clear();
        _usualVariance.Publish();
        _usualNorm.Publish();
        _usualExamples.Publish();
        SetUsualExamples();
        if (!UpdateMoments.Measure(parameters).IsFinite)
        {
            _accepted.Publish(_current.Version);
            throw new InvalidOperationException(
                $"The step from {_current.Version} made the model infinite, so it was not published and its buffer is lost. Lower the server's learning rate, or set MaxNorm or NormClip.");
        }

        var published = ModelSnapshot.TakeOver(_current.Layout, _current.Version.Next, parameters, touched);
        _accepted.Publish(published.Version);
        Volatile.Write(ref _current, published);
        return published;
    }

    private void SetUsualExamples()
    {
        if (_usualExamples.Value >= 1)
        {
            _buffer.SetUsualExamples(_usualExamples.Value);
        }
    }

    private UpdateReceipt Rejected(UpdateOutcome outcome) => new(outcome, _current.Version);
}
