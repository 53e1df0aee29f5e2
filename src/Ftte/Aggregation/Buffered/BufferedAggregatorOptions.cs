using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Represents the options of a <see cref="BufferedAggregator"/>. The defaults are FTTE's rule; factory methods create the options of other rules.</summary>
/// <remarks>
/// The defaults protect the model from a few devices with diverging training or exaggerated example counts. The factory methods return the
/// published rules, which neither clip nor cap; set <see cref="NormClip"/> and <see cref="ExampleCap"/> to add this protection. All have a <see cref="Guard"/>.
/// The options are read once, when the aggregator is created. <c>docs/aggregation.md</c> contains sources and reasons.
/// </remarks>
public sealed class BufferedAggregatorOptions
{
    /// <summary>Gets or sets K, the number of updates that complete a buffer.</summary>
    /// <value>Default 10; at least 1. K = 1 publishes after every update.</value>
    public int Capacity { get; set; } = 10;

    /// <summary>Gets or sets the reduction that combines the updates of a buffer into one step.</summary>
    /// <value>Default <see cref="Reduction.MassDampedMean"/>.</value>
    public Reduction Reduction { get; set; } = Reduction.MassDampedMean();

    /// <summary>Gets or sets the weighting of updates.</summary>
    /// <value>Default <see cref="AgeAndVarianceWeighting"/>.</value>
    public IStalenessWeighting Weighting { get; set; } = new AgeAndVarianceWeighting();

    /// <summary>Gets or sets the optimizer that applies the step to the model.</summary>
    /// <value>Default <see cref="ServerOptimizer.Sgd"/> with a learning rate of 1.</value>
    public ServerOptimizer Optimizer { get; set; } = ServerOptimizer.Sgd();

    /// <summary>Gets or sets the version from which the age of an update is counted for its weight.</summary>
    /// <value>Default <see cref="AgeOrigin.CurrentVersion"/>.</value>
    public AgeOrigin AgeOrigin { get; set; } = AgeOrigin.CurrentVersion;

    /// <summary>Gets or sets M, the number of devices that are at work at the same time; determines the default of <see cref="MaxAge"/>.</summary>
    /// <value>Default null: unknown.</value>
    public int? Concurrency { get; set; }

    /// <summary>Gets or sets the maximum age of an update, in versions.</summary>
    /// <value>Default null: max(20, 4 M / K), far above the mean age of (M - 1) / K.</value>
    public long? MaxAge { get; set; }

    /// <summary>Gets or sets the maximum number of updates of one client in a buffer, so that a fast device does not dominate it.</summary>
    /// <value>Default 1; at least 1.</value>
    public int MaxUpdatesPerClient { get; set; } = 1;

    /// <summary>Gets or sets the maximum example count of an update, as a multiple of the reference example count. A larger count is reduced to it.</summary>
    /// <value>
    /// Default 10 times the running median; in the first buffer, 10 times its own median, or the smaller count if there are two. Null for no cap, as in
    /// published rules. At least 1.
    /// </value>
    public double? ExampleCap { get; set; } = 10;

    /// <summary>Gets or sets the reference example count to use until there is a running median.</summary>
    /// <value>Default null: the first buffer's own median.</value>
    public int? ExpectedExampleCount { get; set; }

    /// <summary>Gets or sets the maximum norm per coordinate (root mean square) of a step, as a multiple of the reference norm. A larger step is scaled down to it.</summary>
    /// <value>
    /// Default 3 times the running median, so that one device with diverging training does not destroy the model; in the first buffer, 3 times its own
    /// median, or, with fewer than three updates, the norm of the parameters that the step changes. Null for no clipping, as in published rules.
    /// </value>
    /// <remarks>Statistics of batch normalization are clipped in the same way, with a reference norm of their own.</remarks>
    public double? NormClip { get; set; } = 3;

    /// <summary>Gets or sets the maximum norm of an update. An update with a larger norm is rejected.</summary>
    /// <value>Default null: the range of the accumulator, far beyond any reasonable step.</value>
    public double? MaxNorm { get; set; }

    /// <summary>Gets or sets the guard that decides whether a version may be published.</summary>
    /// <value>Default <see cref="StepGuard"/>. Null refuses only models that are not finite.</value>
    public IVersionGuard? Guard { get; set; } = new StepGuard();

    /// <summary>Gets or sets kappa, the minimum share of the buffer's mass by which a coordinate's sum is divided, even if few updates contain the coordinate.</summary>
    /// <value>Default 0.25; 0 divides by the contributors' own mass, 1 by the whole buffer's.</value>
    public double MinMassShare { get; set; } = 0.25;

    /// <summary>Gets or sets the minimum share of the capacity that a buffer must contain to be published when it times out.</summary>
    /// <value>Default 0.5, rounded up to whole updates. A robust reduction also waits until it has enough updates to protect the model.</value>
    public double FlushShare { get; set; } = 0.5;

    /// <summary>Gets or sets a value that indicates whether the IDs of updates are forgotten when their version is published, because a database keeps them.</summary>
    internal bool ForgetsPublishedUpdates { get; set; }

    /// <summary>Gets the minimum number of updates with which a buffer may be published when it times out.</summary>
    internal int MinFlushCount
    {
        get
        {
            int count = Math.Max(1, (int)Math.Ceiling(FlushShare * Capacity));
            while (count < Capacity && Reduction.FindObstacle(count) is not null)
            {
                count++;
            }

            return count;
        }
    }

    internal long MaxAgeOrDefault => MaxAge ?? Math.Max(20, 4L * (Concurrency ?? 0) / Capacity);

    /// <summary>Creates the options of FedBuff (arXiv 2106.06639): weights by age, divided by the capacity.</summary>
    /// <param name="capacity">K, the number of updates that complete a buffer.</param>
    /// <param name="learningRate">The learning rate of the server.</param>
    /// <returns>Options that can be adjusted further.</returns>
    public static BufferedAggregatorOptions FedBuff(int capacity = 10, double learningRate = 1) => new()
    {
        Capacity = capacity,
        Reduction = Reduction.OverCapacity(),
        Weighting = new PolynomialWeighting(),
        Optimizer = ServerOptimizer.Sgd(learningRate),
        ExampleCap = null,
        NormClip = null,
    };

    /// <summary>
    /// Creates the options of FedAsync (arXiv 1903.03934): x = (1 - a) x + a w with a = mixing / sqrt(1 + age), after every update. Devices upload
    /// <see cref="UpdateContent.Trained"/> parameters.
    /// </summary>
    /// <param name="mixing">The mixing weight of a fresh update, in (0, 1].</param>
    /// <returns>Options that can be adjusted further.</returns>
    public static BufferedAggregatorOptions FedAsync(double mixing = 0.6) => new()
    {
        Capacity = 1,
        Reduction = Reduction.Sum(),
        Weighting = new PolynomialWeighting(),
        Optimizer = ServerOptimizer.Sgd(PolicyGuard.Within(mixing, double.Epsilon, 1)),
        ExampleCap = null,
        NormClip = null,
    };

    /// <summary>
    /// Creates the options of synchronous FedAvg (arXiv 1602.05629): the first K updates of a round, weighted by examples. Later updates of the round are too stale.
    /// Configure the server to issue about 1.3 K assignments per version.
    /// </summary>
    /// <param name="cohort">K, the number of updates of a round.</param>
    /// <param name="learningRate">The learning rate of the server.</param>
    /// <returns>Options that can be adjusted further.</returns>
    public static BufferedAggregatorOptions FedAvg(int cohort = 10, double learningRate = 1) => new()
    {
        Capacity = cohort,
        Weighting = new ConstantWeighting(),
        Optimizer = ServerOptimizer.Sgd(learningRate),
        MaxAge = 0,
        ExampleCap = null,
        NormClip = null,
    };

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Capacity, 1);
        ArgumentNullException.ThrowIfNull(Reduction);
        ArgumentNullException.ThrowIfNull(Weighting);
        ArgumentNullException.ThrowIfNull(Optimizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(Concurrency ?? 1, 1, nameof(Concurrency));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxAge ?? 0, nameof(MaxAge));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxUpdatesPerClient, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ExpectedExampleCount ?? 1, 1, nameof(ExpectedExampleCount));
        PolicyGuard.Within(ExampleCap ?? 1, 1, double.MaxValue, nameof(ExampleCap));
        PolicyGuard.Positive(NormClip ?? 1, nameof(NormClip));
        PolicyGuard.Positive(MaxNorm ?? 1, nameof(MaxNorm));
        PolicyGuard.Within(MinMassShare, 0, 1);
        PolicyGuard.Within(FlushShare, 0, 1);
        if (!Enum.IsDefined(AgeOrigin))
        {
            throw new ArgumentOutOfRangeException(nameof(AgeOrigin), AgeOrigin, $"The value is undefined. Use a member of {nameof(AgeOrigin)}.");
        }

        if (Reduction.FindObstacle(Capacity) is { } obstacle)
        {
            throw new ArgumentException(obstacle, nameof(Reduction));
        }
    }

    /// <summary>Creates a copy of the options.</summary>
    /// <returns>The copy; changes to it do not affect this object.</returns>
    public BufferedAggregatorOptions Copy() => (BufferedAggregatorOptions)MemberwiseClone();
}
