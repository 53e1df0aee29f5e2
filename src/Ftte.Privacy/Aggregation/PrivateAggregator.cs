using System.Buffers;
using System.Globalization;
using Ftte.Aggregation;
using Ftte.Privacy.Noise;
using Ftte.Privacy.Participation;
using Ftte.Selection;

namespace Ftte.Privacy;

/// <summary>
/// Aggregates updates with differential privacy at the level of clients: x += eta (sum of clip(w d, C) + noise) / K after every K updates, with weights by age (FedBuff, arXiv 2106.06639), and
/// independent noise or noise that is correlated over versions (DP-FTRL, arXiv 2306.08153).
/// </summary>
/// <remarks>
/// <para><b>Guarantee</b>: the published versions together are (<see cref="PrivacySpending.Epsilon"/>, <see cref="PrivacySpending.Delta"/>)-differentially private with respect to replacing
/// all contributions of one client by zeros. Who contributes, and when, is not protected. There is no amplification by sampling, because an asynchronous server does not sample.</para>
/// <para><b>Nothing but the noised sum depends on the values of an update</b>: weights depend on the age only, the divisor is K, and an update that is not finite counts as zeros, because a
/// rejection would shift all later buffers.</para>
/// <para><b>Limits</b>: an update of a client that reached its limits is rejected with <see cref="UpdateOutcome.ParticipationLimit"/>; the server does not assign training to such clients. After
/// <see cref="DifferentialPrivacyOptions.MaxVersions"/> versions, training ends (<see cref="EndReason"/>).</para>
/// <para><b>Reproducible</b>: noise is added to the fixed-point sums, so that, with a test seed, the K updates of a buffer result in the same bits in every arrival order.</para>
/// </remarks>
public sealed partial class PrivateAggregator : IGuardedAggregator, IStatefulAggregator, IBudgetedAggregator
{
    /// <summary>The minimum weight; the fixed-point sums cannot represent the effect of a smaller one.</summary>
    private const double MinWeight = 1.0 / (1 << 20);

    private readonly DifferentialPrivacyOptions _privacy;
    private readonly BufferedAggregatorOptions _options;
    private readonly SelectionHistory _selections;
    private readonly MemoryPool<float> _pool;
    private readonly FixedPointBuffer _buffer;
    private readonly UpdateValidator _validator;
    private readonly ParticipationTable _participations;
    private readonly ClippingRule _clipping;
    private readonly CorrelatedNoise _noise;
    private readonly OptimizerState _optimizer;
    private NoiseKey _key;
    private FixedPoint _weights;
    private int _unclipped;
    private long _bufferAge;
    private long _recordedSteps;
    private long _refusals;
    private ModelSnapshot _current;
    private VersionRefusal? _latestRefusal;

    /// <summary>Creates an aggregator that starts from a model.</summary>
    /// <param name="initial">The version that training starts from. It must not depend on the clients' data.</param>
    /// <param name="selections">The announced selections, shared with the server.</param>
    /// <param name="privacy">The options of differential privacy.</param>
    /// <param name="options">The options of the aggregation; null for <see cref="CreateDefaultOptions"/>.</param>
    /// <param name="pool">The pool to rent temporary vectors from; null for the shared pool.</param>
    /// <exception cref="ArgumentException">
    /// The selections are for another model, an option is out of range, or the guarantee would be false with an option; the message states the reason.
    /// </exception>
    public PrivateAggregator(
        ModelSnapshot initial, SelectionHistory selections, DifferentialPrivacyOptions privacy, BufferedAggregatorOptions? options = null, MemoryPool<float>? pool = null)
    {
        ArgumentNullException.ThrowIfNull(initial);
        ArgumentNullException.ThrowIfNull(selections);
        ArgumentNullException.ThrowIfNull(privacy);
        if (selections.ParameterCount != initial.Layout.ParameterCount)
        {
            throw new ArgumentException($"The selections are for {selections.ParameterCount} parameters, but the model has {initial.Layout.ParameterCount}. Create them for this model.", nameof(selections));
        }

        _privacy = privacy.Copy();
        _privacy.Validate();
        _options = options?.Copy() ?? CreateDefaultOptions();
        _options.Validate();
        if (AggregationRequirements.FindObstacle(_options, initial.Layout) is { } obstacle)
        {
            throw new ArgumentException(obstacle, nameof(options));
        }

        BandedToeplitzMatrix matrix = BandedToeplitzMatrix.CreateSquareRoot(_privacy.Bands);
        _clipping = new ClippingRule(_privacy, matrix, _options.Capacity);
        _selections = selections;
        _pool = pool ?? MemoryPool<float>.Shared;
        _current = initial;
        _buffer = new FixedPointBuffer(SumDivisor.Capacity, byExamples: false, _options.Capacity, minMassShare: 0, initial.Layout.Roles);
        _validator = new UpdateValidator(initial.Layout, selections, _options.MaxAgeOrDefault, maxUpdatesPerClient: 1, _options.Capacity);
        _participations = new ParticipationTable(_privacy.Limits, _privacy.MaxVersions);
        _noise = new CorrelatedNoise(matrix, initial.Layout.ParameterCount);
        _optimizer = _options.Optimizer.CreateState(initial.Layout.ParameterCount);
        _key = _privacy.TestSeed is { } seed ? NoiseKey.CreateForTests(seed) : NoiseKey.CreateRandom();
    }

    /// <inheritdoc />
    public ModelSnapshot Current => Volatile.Read(ref _current);

    /// <inheritdoc />
    /// <remarks>Refuses only versions that are not finite. Their budget is spent, and their updates may not be sent again.</remarks>
    public VersionRefusal? LatestRefusal => Volatile.Read(ref _latestRefusal);

    /// <summary>Gets the norm to which updates are clipped now.</summary>
    /// <value>Changes only with <see cref="DifferentialPrivacyOptions.AdaptiveClipping"/>. Follows from noised counts, so it may be published.</value>
    public double ClippingNorm => _clipping.Norm;

    /// <inheritdoc />
    /// <value>False: importance is measured on private data and sent without noise.</value>
    public bool AllowsSurveys => false;

    /// <inheritdoc />
    public string? EndReason => _participations.Step >= _privacy.MaxVersions ? $"The privacy budget is spent: {ComputeSpending()}." : null;

    /// <inheritdoc />
    /// <value>K for each version that the budget still allows, less the updates in the buffer.</value>
    public long RemainingUpdates => Math.Max(0, ((long)(_privacy.MaxVersions - _participations.Step) * _options.Capacity) - _buffer.Count);

    internal DifferentialPrivacyOptions Privacy => _privacy;

    internal BufferedAggregatorOptions Options => _options;

    /// <summary>Gets the number of clients that contributed, and the most contributions of one of them.</summary>
    internal (int Clients, int MaxContributions) Participations => _participations.Summarize();

    private ParameterLayout Layout => _current.Layout;

    /// <summary>Creates the default options of the aggregation: FedBuff without a guard.</summary>
    /// <returns>Options that can be adjusted further.</returns>
    public static BufferedAggregatorOptions CreateDefaultOptions()
    {
        BufferedAggregatorOptions options = BufferedAggregatorOptions.FedBuff();
        options.Guard = null;
        return options;
    }

    /// <summary>Computes what the versions so far have spent. May be called from any thread.</summary>
    /// <returns>The budget that was spent.</returns>
    public PrivacySpending ComputeSpending()
    {
        int versions = _participations.Step;
        return new PrivacySpending(versions, _privacy.MaxVersions, _privacy.ComputeEpsilon(versions), _privacy.Delta);
    }

    /// <inheritdoc />
    public ParticipationStatus GetParticipation(ClientId client) => _participations.Get(client);

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">The update contains trained parameters instead of differences, or the weighting returned an invalid weight.</exception>
    public ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        cancellationToken.ThrowIfCancellationRequested();
        if (update.Moments.IsFinite)
        {
            return new ValueTask<UpdateReceipt>(Aggregate(update));
        }

        using var zeros = SparseUpdate.Create(update.Header, new float[update.Values.Length], _pool);
        return new ValueTask<UpdateReceipt>(Aggregate(zeros));
    }

    /// <inheritdoc />
    public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool isEnough = _buffer.Count > 0 && _buffer.Count >= _options.FlushShare * _options.Capacity;
        return new ValueTask<ModelSnapshot?>(isEnough && TryPublish() ? _current : null);
    }

    private UpdateReceipt Aggregate(SparseUpdate update)
    {
        if (!_validator.Check(update, _current.Version, out ParameterSelection? selection, out UpdateReceipt rejection))
        {
            return rejection;
        }

        UpdateHeader header = update.Header;
        if (header.Content != UpdateContent.Difference)
        {
            throw new InvalidOperationException($"The update of client {header.Client} contains trained parameters, but differential privacy needs differences. Set {nameof(FederatedServerOptions)}.{nameof(FederatedServerOptions.Content)} to {UpdateContent.Difference}.");
        }

        if (_participations.Get(header.Client) != ParticipationStatus.Allowed)
        {
            return Rejected(UpdateOutcome.ParticipationLimit);
        }

        long age = _current.Version - header.BaseVersion;
        double weight = GetWeight(age + (long)_options.AgeOrigin);
        if (weight < MinWeight)
        {
            return Rejected(UpdateOutcome.ZeroWeight);
        }

        double norm = update.Moments.Norm;
        float scale = _clipping.GetScale(weight, norm, selection.Count, out bool isClipped);
        _buffer.Add(new AdmittedUpdate(header, selection, Layout.Roles.Of(selection), ExampleCount: 1, Weight: 1, scale, norm, StatisticClip: 1, StatisticNorm: 0), update.Values.Span);
        _weights = _weights.Plus(weight);
        _unclipped += isClipped ? 0 : 1;
        _bufferAge = Math.Max(_bufferAge, age);
        _validator.Accept(header);
        _participations.Record(header.Client);
        if (_buffer.Count < _options.Capacity)
        {
            return new UpdateReceipt(UpdateOutcome.Buffered, _current.Version, weight, AwaitsNextVersion: true);
        }

        return TryPublish()
            ? new UpdateReceipt(UpdateOutcome.Published, _current.Version, weight)
            : Rejected(UpdateOutcome.Refused);
    }

    /// <summary>Computes a weight from the age alone. A custom weighting that uses other statistics gets NaN.</summary>
    private double GetWeight(long age)
    {
        double weight = _options.Weighting.GetWeight(new UpdateStatistics(age, double.NaN, double.NaN, double.NaN, ExampleCount: 1));
        return weight >= 0 && weight < FixedPoint.MaxTerm
            ? weight
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"{_options.Weighting.GetType().Name} returned {weight} for an update of age {age}. With differential privacy, only the age is known. Return a weight that is finite, not negative and depends on the age only."));
    }

    private UpdateReceipt Rejected(UpdateOutcome outcome) => new(outcome, _current.Version);
}
