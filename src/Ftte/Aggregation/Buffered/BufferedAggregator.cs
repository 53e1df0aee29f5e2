using System.Buffers;
using System.Globalization;
using System.Numerics.Tensors;
using Ftte.Selection;

namespace Ftte.Aggregation;

/// <summary>
/// Aggregates updates as they arrive and publishes a version after every K updates: FTTE's rule by default, or FedBuff, FedAsync or FedAvg.
/// </summary>
/// <remarks>
/// <para>An update is validated by <see cref="UpdateValidator"/>, then by its norm and its weight. The first check that fails rejects the whole update with
/// that reason; a rejected update does not change the state.</para>
/// <para>The reference values for weights, clips and caps change only when a version is published, and sums are fixed-point. Therefore the K updates
/// of a buffer result in the same bits in every arrival order.</para>
/// <para>If the guard refuses a version, it is not published: the buffer is discarded, and the rest of the state is as if the buffer had never existed
/// (<see cref="UpdateOutcome.Refused"/>, <see cref="LatestRefusal"/>).</para>
/// <para>Statistics of batch normalization (<see cref="ParameterRole"/>) are averaged over the values that the devices measured, with every reduction and
/// optimizer, and are excluded from norms and variances.</para>
/// <para>Memory: one accumulator per selection in the buffer (8 bytes per selected coordinate), the state of the optimizer, and two models during
/// publication. It does not grow with the number of clients. Robust reductions also keep K updates. If norms are clipped or example counts are capped, the
/// first buffer keeps its updates too, until reference values exist: K x selected coordinates x 4 bytes until the first version.</para>
/// <para>The buffer can be folded in parts, on several machines, with the same result: <see cref="AggregationShard"/>, <see cref="Merge"/>.</para>
/// </remarks>
public sealed partial class BufferedAggregator : IGuardedAggregator, IRevertibleAggregator, IStatefulAggregator
{
    /// <summary>The minimum weight; the fixed-point sums cannot represent the effect of a smaller one.</summary>
    private const double MinWeight = 1.0 / (1 << 20);

    private readonly BufferedAggregatorOptions _options;
    private readonly SelectionHistory _selections;
    private readonly MemoryPool<float> _pool;
    private readonly UpdateBuffer _buffer;
    private readonly UpdateValidator _validator;
    private readonly ReferenceValues _references;
    private readonly StepHistory _steps = new();
    private readonly LastDirection? _direction;
    private readonly ModelHistory? _history;
    private readonly StatisticHistory? _statistics;
    private readonly long _maxAge;

    /// <summary>The updates that arrived before reference values existed.</summary>
    private readonly List<UpdateCopy> _held = [];

    /// <summary>True if the buffer is a part of a version, which another aggregator publishes.</summary>
    private bool _isShard;

    private OptimizerState _optimizer;
    private long _recordedSteps;
    private long _bufferAge;
    private ModelSnapshot _current;
    private VersionRefusal? _latestRefusal;
    private long _refusals;

    /// <summary>Creates an aggregator that starts from a model.</summary>
    /// <param name="initial">The version that training starts from.</param>
    /// <param name="selections">The announced selections, shared with the server.</param>
    /// <param name="options">The options; null for FTTE's defaults.</param>
    /// <param name="pool">The pool to rent temporary vectors from; null for the shared pool.</param>
    /// <exception cref="ArgumentException">The selections are for another model, or an option is out of range.</exception>
    public BufferedAggregator(ModelSnapshot initial, SelectionHistory selections, BufferedAggregatorOptions? options = null, MemoryPool<float>? pool = null)
    {
        ArgumentNullException.ThrowIfNull(initial);
        ArgumentNullException.ThrowIfNull(selections);
        if (selections.ParameterCount != initial.Layout.ParameterCount)
        {
            throw new ArgumentException($"The selections are for {selections.ParameterCount} parameters, but the model has {initial.Layout.ParameterCount}. Create them for this model.", nameof(selections));
        }

        _options = options?.Copy() ?? new BufferedAggregatorOptions();
        _options.Validate();
        _selections = selections;
        _pool = pool ?? MemoryPool<float>.Shared;
        _current = initial;
        _buffer = _options.Reduction.CreateBuffer(_options.Capacity, _options.MinMassShare, initial.Layout, _pool);
        _optimizer = _options.Optimizer.CreateState(initial.Layout.ParameterCount);
        _maxAge = _options.MaxAgeOrDefault;
        long retained = _options.ForgetsPublishedUpdates ? 0 : Math.Max(_maxAge, UpdateValidator.MinRetainedVersions);
        _validator = new UpdateValidator(initial.Layout, selections, _maxAge, _options.MaxUpdatesPerClient, _options.Capacity, retained);
        _references = new ReferenceValues(_options, _buffer.CountsExamples);
        WeightingInputs inputs = _options.Weighting.Inputs;
        _direction = inputs.HasFlag(WeightingInputs.Alignment) ? new LastDirection(initial.Layout.ParameterCount) : null;
        _history = inputs.HasFlag(WeightingInputs.Drift) ? new ModelHistory(_maxAge) : null;
        _history?.Publish(initial);
        _buffer.SetReferenceExamples(_references.Examples);
        if (initial.Layout.Roles.StatisticCount > 0)
        {
            _statistics = new StatisticHistory(initial.Layout, _maxAge);
            _statistics.Publish(initial);
        }
    }

    /// <inheritdoc />
    public ModelSnapshot Current => Volatile.Read(ref _current);

    /// <inheritdoc />
    public VersionRefusal? LatestRefusal => Volatile.Read(ref _latestRefusal);

    private ParameterLayout Layout => _current.Layout;

    internal BufferedAggregatorOptions Options => _options;

    /// <summary>Gets the limits of the buffer, with which a server determines whether the buffer can fill.</summary>
    internal BufferLimits Limits => new(_options.Capacity, _options.MaxUpdatesPerClient, Count);

    private int Count => _buffer.Count + _held.Count;

    /// <inheritdoc />
    public ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<UpdateReceipt>(Aggregate(update, isTrial: false));
    }

    /// <inheritdoc />
    /// <remarks>
    /// Also returns null if the buffer has too few updates for the reduction, and if the version was refused (<see cref="LatestRefusal"/>).
    /// </remarks>
    public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool isEnough = Count > 0 && Count >= _options.FlushShare * _options.Capacity && FindObstacle() is null;
        return new ValueTask<ModelSnapshot?>(isEnough && TryPublish() ? _current : null);
    }

    /// <summary>Validates, weighs and folds an update.</summary>
    /// <param name="update">The update.</param>
    /// <param name="isTrial">True to return the receipt without changing the state.</param>
    private UpdateReceipt Aggregate(SparseUpdate update, bool isTrial)
    {
        if (!_validator.Check(update, _current.Version, out ParameterSelection? selection, out UpdateReceipt rejection))
        {
            return rejection;
        }

        UpdateHeader header = update.Header;
        ReadOnlySpan<float> values = update.Values.Span;
        PackedRoles roles = Layout.Roles.Of(selection);
        if (header.Content == UpdateContent.Difference && roles.StatisticCount == 0)
        {
            return AggregateStep(header, selection, roles, values, update.Moments, default, isTrial);
        }

        using IMemoryOwner<float> difference = _pool.Rent(values.Length);
        Span<float> step = difference.Memory.Span[..values.Length];
        ComputeStep(header, selection, roles, values, step);
        return AggregateStep(header, selection, roles, step, roles.Measure(step, statistics: false), roles.Measure(step, statistics: true), isTrial);
    }

    /// <summary>Converts trained parameters, and statistics with either content, to steps from the current model.</summary>
    private void ComputeStep(in UpdateHeader header, ParameterSelection selection, PackedRoles roles, ReadOnlySpan<float> values, Span<float> step)
    {
        ReadOnlySpan<float> current = _current.Parameters.Span;
        if (header.Content == UpdateContent.Difference)
        {
            values.CopyTo(step);
            _statistics?.Rebase(roles, header.BaseVersion, step);
        }
        else
        {
            selection.Gather(current, step);
            TensorPrimitives.Subtract(values, step, step);
        }

        foreach (PackedRoles.Piece piece in roles.Pieces)
        {
            // A measured variance is never negative; a negative one counts as zero.
            for (int i = 0; piece.Role == ParameterRole.Variance && i < piece.Length; i++)
            {
                step[piece.Start + i] = Math.Max(step[piece.Start + i], -current[piece.Coordinate + i]);
            }
        }
    }

    private UpdateReceipt AggregateStep(
        in UpdateHeader header, ParameterSelection selection, PackedRoles roles, ReadOnlySpan<float> step, in UpdateMoments moments, in UpdateMoments statisticMoments, bool isTrial)
    {
        if (!(moments.Norm <= (_options.MaxNorm ?? double.MaxValue) && statisticMoments.Norm <= double.MaxValue))
        {
            return Rejected(UpdateOutcome.NormTooLarge);
        }

        long age = _current.Version - header.BaseVersion;
        double clip = _references.Clip(moments.Norm, roles.TrainableCount);
        double statisticClip = _references.ClipStatistics(statisticMoments.Norm, roles.StatisticCount);
        int examples = _references.Cap(header.ExampleCount);
        (double driftNorm, double driftAlignment) = _history?.Measure(header.BaseVersion, _current, roles, step, moments.Norm) ?? (double.NaN, double.NaN);
        var statistics = new UpdateStatistics(
            age + (long)_options.AgeOrigin,
            moments.Variance * clip * clip,
            _references.Variance,
            moments.Norm * clip,
            examples,
            _direction?.Cosine(roles, step, moments.Norm) ?? double.NaN,
            driftNorm,
            driftAlignment);
        double weight = _options.Weighting.GetWeight(statistics);
        if (!double.IsFinite(weight) || weight < 0)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_options.Weighting.GetType().Name} returned {weight} for an update of age {statistics.Age}, variance {statistics.Variance}, reference variance {statistics.ReferenceVariance}, norm {statistics.Norm}, {statistics.ExampleCount} examples, alignment {statistics.Alignment}, drift {statistics.DriftNorm} and drift alignment {statistics.DriftAlignment}. Return a weight that is finite and not negative."));
        }

        if (weight < MinWeight)
        {
            return Rejected(UpdateOutcome.ZeroWeight);
        }

        var admitted = new AdmittedUpdate(header, selection, roles, examples, weight, clip, moments.Norm, statisticClip, statisticMoments.Norm);
        if (!_buffer.CanAdd(admitted))
        {
            return Rejected(UpdateOutcome.NormTooLarge);
        }

        if (isTrial)
        {
            return new UpdateReceipt(UpdateOutcome.Buffered, _current.Version, weight);
        }

        Admit(admitted, step, moments.Variance);
        _bufferAge = Math.Max(_bufferAge, age);
        if (Count < _options.Capacity || _isShard)
        {
            return new UpdateReceipt(UpdateOutcome.Buffered, _current.Version, weight, AwaitsNextVersion: _validator.HasReachedShare(header.Client));
        }

        return TryPublish()
            ? new UpdateReceipt(UpdateOutcome.Published, _current.Version, weight)
            : Rejected(UpdateOutcome.Refused);
    }

    private void Admit(in AdmittedUpdate update, ReadOnlySpan<float> step, double variance)
    {
        if (_references.IsEnoughFor(update))
        {
            _buffer.Add(update, step);
            _references.Observe(update, variance);
        }
        else
        {
            _held.Add(UpdateCopy.Create(update with { Clip = 1, StatisticClip = 1 }, variance, step, _pool));
        }

        _validator.Accept(update.Header);
    }

    private UpdateReceipt Rejected(UpdateOutcome outcome) => new(outcome, _current.Version);
}
