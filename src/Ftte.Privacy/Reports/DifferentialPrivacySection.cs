namespace Ftte.Privacy.Reports;

/// <summary>Represents the part of a <see cref="PrivacyReport"/> about differential privacy.</summary>
public sealed record DifferentialPrivacySection
{
    /// <summary>Gets what was spent so far.</summary>
    public required PrivacySpending Spent { get; init; }

    /// <summary>Gets epsilon of the whole run, if it publishes all of its versions.</summary>
    public required double EpsilonOfRun { get; init; }

    /// <summary>Gets the sensitivity: the norm that all contributions of one client have in the noised values so far, in units of the clipping norm.</summary>
    public required double Sensitivity { get; init; }

    /// <summary>Gets z, the standard deviation of the noise before it is correlated, divided by the clipping norm.</summary>
    public required double NoiseMultiplier { get; init; }

    /// <summary>Gets the number of bands of the noise; 1 if the noise of versions is independent.</summary>
    public required int Bands { get; init; }

    /// <summary>Gets the clipping norm at the start of the run.</summary>
    public required double InitialClippingNorm { get; init; }

    /// <summary>Gets the current clipping norm.</summary>
    public required double ClippingNorm { get; init; }

    /// <summary>Gets a value that indicates whether the clipping norm adapts to a noised quantile of the norms.</summary>
    public required bool IsClippingAdaptive { get; init; }

    /// <summary>Gets K, the public divisor of the sums.</summary>
    public required int Capacity { get; init; }

    /// <summary>Gets the enforced limits.</summary>
    public required ParticipationLimits Limits { get; init; }

    /// <summary>Gets the number of clients that contributed.</summary>
    public required int Clients { get; init; }

    /// <summary>Gets the most contributions of one client.</summary>
    public required int MaxContributions { get; init; }

    /// <summary>Gets a value that indicates whether the noise follows from a test seed, so that the run is not private.</summary>
    public required bool HasTestSeed { get; init; }

    /// <summary>Creates the section from an aggregator.</summary>
    internal static DifferentialPrivacySection Create(PrivateAggregator aggregator)
    {
        DifferentialPrivacyOptions privacy = aggregator.Privacy;
        PrivacySpending spent = aggregator.ComputeSpending();
        (int clients, int maxContributions) = aggregator.Participations;
        return new DifferentialPrivacySection
        {
            Spent = spent,
            EpsilonOfRun = privacy.ComputeEpsilon(privacy.MaxVersions),
            Sensitivity = Math.Sqrt(BandedToeplitzMatrix.CreateSquareRoot(privacy.Bands).ComputeSquaredSensitivity(spent.Versions, privacy.Limits)),
            NoiseMultiplier = privacy.NoiseMultiplier,
            Bands = privacy.Bands,
            InitialClippingNorm = privacy.ClippingNorm,
            ClippingNorm = aggregator.ClippingNorm,
            IsClippingAdaptive = privacy.AdaptiveClipping is not null,
            Capacity = aggregator.Options.Capacity,
            Limits = privacy.Limits,
            Clients = clients,
            MaxContributions = maxContributions,
            HasTestSeed = privacy.TestSeed is not null,
        };
    }
}
