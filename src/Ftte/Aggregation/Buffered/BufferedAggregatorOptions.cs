using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>The settings of a <see cref="BufferedAggregator"/>. The defaults are FTTE's rule; the factory methods give the others.</summary>
/// <remarks>
/// The defaults protect the model from a few devices whose training diverges or who claim too many examples. The factory methods give the
/// published rules, which clip and cap nothing; set <see cref="NormClip"/> and <see cref="ExampleCap"/> to add that. All have a <see cref="Guard"/>.
/// Read once, when the aggregator is made. The sources and reasons are in <c>docs/aggregation.md</c>.
/// </remarks>
public sealed class BufferedAggregatorOptions
{
    /// <summary>Gets or sets K: how many updates make a version.</summary>
    /// <value>Default 10; at least 1. K = 1 publishes after every update.</value>
    public int Capacity { get; set; } = 10;

    /// <summary>Gets or sets how a buffer becomes one step.</summary>
    /// <value>Default <see cref="Reduction.MassDampedMean"/>.</value>
    public Reduction Reduction { get; set; } = Reduction.MassDampedMean();

    /// <summary>Gets or sets how much an update counts.</summary>
    /// <value>Default <see cref="AgeAndVarianceWeighting"/>.</value>
    public IStalenessWeighting Weighting { get; set; } = new AgeAndVarianceWeighting();

    /// <summary>Gets or sets how the model moves by the step.</summary>
    /// <value>Default <see cref="ServerOptimizer.Sgd"/> with a learning rate of 1.</value>
    public ServerOptimizer Optimizer { get; set; } = ServerOptimizer.Sgd();

    /// <summary>Gets or sets from which version ages are counted when weighing.</summary>
    /// <value>Default <see cref="AgeOrigin.CurrentVersion"/>.</value>
    public AgeOrigin AgeOrigin { get; set; } = AgeOrigin.CurrentVersion;

    /// <summary>Gets or sets M, how many devices are at work at once; sets the default of <see cref="MaxAge"/>.</summary>
    /// <value>Default null: not known.</value>
    public int? Concurrency { get; set; }

    /// <summary>Gets or sets the oldest age that is accepted, in versions.</summary>
    /// <value>Default null: max(20, 4 M / K), far above the mean age of (M - 1) / K.</value>
    public long? MaxAge { get; set; }

    /// <summary>Gets or sets how many updates of one client a buffer takes, so that a fast device does not speak for all.</summary>
    /// <value>Default 1.</value>
    public int MaxUpdatesPerClient { get; set; } = 1;

    /// <summary>Gets or sets how many times the usual example count an update may claim; what it claims beyond is not counted.</summary>
    /// <value>
    /// Default 10 times the running median; in the first buffer, 10 times its own median, or the smaller count if there are two. Null for no cap, as in
    /// published rules. At least 1.
    /// </value>
    public double? ExampleCap { get; set; } = 10;

    /// <summary>Gets or sets the usual example count until a running median is known.</summary>
    /// <value>Default null: the first buffer's own median.</value>
    public int? ExpectedExampleCount { get; set; }

    /// <summary>Gets or sets how many times the usual norm per coordinate (root mean square) a step may have; a longer one is scaled down to it.</summary>
    /// <value>
    /// Default 3 times the running median, so that one device whose training diverges does not destroy the model; in the first buffer, 3 times its own
    /// median, or, with fewer than three updates, the norm of the parameters that the step changes. Null for no clipping, as in published rules.
    /// </value>
    /// <remarks>Statistics of batch normalization are clipped in the same way among themselves.</remarks>
    public double? NormClip { get; set; } = 3;

    /// <summary>Gets or sets the largest norm that is accepted at all.</summary>
    /// <value>Default null: what the accumulator can hold, far beyond any sane step.</value>
    public double? MaxNorm { get; set; }

    /// <summary>Gets or sets what decides whether a version may be published.</summary>
    /// <value>Default <see cref="StepGuard"/>. Null refuses only models that are not finite.</value>
    public IVersionGuard? Guard { get; set; } = new StepGuard();

    /// <summary>Gets or sets kappa: the least share of the buffer's mass by which a coordinate's sum is divided, however few updates contain it.</summary>
    /// <value>Default 0.25; 0 divides by the contributors' own mass, 1 by the whole buffer's.</value>
    public double MinimumMassShare { get; set; } = 0.25;

    /// <summary>Gets or sets how full a buffer must be to be published when its time is up.</summary>
    /// <value>Default 0.5 of the capacity, rounded up. A robust reduction also waits until it has enough updates to protect the model.</value>
    public double FlushShare { get; set; } = 0.5;

    /// <summary>Gives FedBuff as its paper has it (arXiv 2106.06639): weights by age, over the capacity.</summary>
    /// <param name="capacity">K.</param>
    /// <param name="learningRate">The server's step size.</param>
    /// <returns>Options to adjust further.</returns>
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
    /// Gives FedAsync (arXiv 1903.03934): x = (1 - a) x + a w with a = mixing / sqrt(1 + age), for every update at once. Its devices upload
    /// <see cref="UpdateContent.Trained"/> parameters.
    /// </summary>
    /// <param name="mixing">How far a fresh update moves the model, in (0, 1].</param>
    /// <returns>Options to adjust further.</returns>
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
    /// Gives synchronous FedAvg (arXiv 1602.05629): the first K updates of a round, weighted by examples; later ones of that round are too stale.
    /// Let the server hand out about 1.3 K assignments per version.
    /// </summary>
    /// <param name="cohort">K: how many updates make a round.</param>
    /// <param name="learningRate">The server's step size.</param>
    /// <returns>Options to adjust further.</returns>
    public static BufferedAggregatorOptions FedAvg(int cohort = 10, double learningRate = 1) => new()
    {
        Capacity = cohort,
        Weighting = new ConstantWeighting(),
        Optimizer = ServerOptimizer.Sgd(learningRate),
        MaxAge = 0,
        ExampleCap = null,
        NormClip = null,
    };

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
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
        PolicyGuard.Within(MinimumMassShare, 0, 1);
        PolicyGuard.Within(FlushShare, 0, 1);
        if (!Enum.IsDefined(AgeOrigin))
        {
            throw new ArgumentOutOfRangeException(nameof(AgeOrigin), AgeOrigin, "Choose one of the named origins.");
        }

        if (Reduction.FindObstacle(Capacity) is { } obstacle)
        {
            throw new ArgumentException(obstacle, nameof(Reduction));
        }
    }

    /// <summary>Copies the settings.</summary>
    /// <returns>The same settings; changing them changes nothing here.</returns>
    public BufferedAggregatorOptions Copy() => (BufferedAggregatorOptions)MemberwiseClone();
}
