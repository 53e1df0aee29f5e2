using System.Globalization;
using Ftte.Common;
using Ftte.Privacy.Noise;

namespace Ftte.Privacy;

/// <summary>Represents the options of differential privacy. <see cref="ForBudget"/> computes the noise from a budget.</summary>
/// <remarks>
/// The unit of privacy is one client with all its updates: the guarantee compares a run with one in which the client's contributions are zero. <c>docs/privacy.md</c> states what is
/// protected and what is not. Read once, when the aggregator is created.
/// </remarks>
public sealed class DifferentialPrivacyOptions
{
    private const int LargestMaxVersions = 1_000_000;

    /// <summary>Gets or sets C, the maximum Euclidean norm of a weighted update. A longer one is scaled down to it. With <see cref="AdaptiveClipping"/>, the first norm.</summary>
    /// <value>Required; finite and positive. A good choice is the median norm of updates of public data.</value>
    public double ClippingNorm { get; set; }

    /// <summary>Gets or sets z, the standard deviation of the noise of a version divided by the clipping norm, before the noise is correlated.</summary>
    /// <value>Required; finite and positive.</value>
    public double NoiseMultiplier { get; set; }

    /// <summary>Gets or sets delta, the probability for which <see cref="ComputeEpsilon"/> need not hold.</summary>
    /// <value>Default 1e-6; in [1e-100, 1). Choose it well below one divided by the number of clients.</value>
    public double Delta { get; set; } = 1e-6;

    /// <summary>Gets or sets n, the number of versions after which training ends.</summary>
    /// <value>Required; within [1, 1,000,000].</value>
    public int MaxVersions { get; set; }

    /// <summary>Gets or sets k, the maximum number of versions that a client contributes to.</summary>
    /// <value>Default 1; at least 1.</value>
    public int MaxParticipations { get; set; } = 1;

    /// <summary>Gets or sets b, the minimum number of versions from one contribution of a client to the next.</summary>
    /// <value>Default 1; at least <see cref="Bands"/>.</value>
    public int MinSeparation { get; set; } = 1;

    /// <summary>Gets or sets the number of bands of the <see cref="BandedToeplitzMatrix"/> that correlates the noise of versions.</summary>
    /// <value>Default 1: independent noise. Each further band requires 8 bytes per trained parameter. As many bands as <see cref="MinSeparation"/> cancel most of the noise.</value>
    public int Bands { get; set; } = 1;

    /// <summary>Gets or sets the rule that adapts the clipping norm.</summary>
    /// <value>Default null: the norm is fixed. Requires independent noise.</value>
    public AdaptiveClipping? AdaptiveClipping { get; set; }

    /// <summary>Gets or sets the seed of noise that everyone can compute, for tests. <b>A run with a seed is not private.</b></summary>
    /// <value>Default null: a secret from the cryptographic generator of the operating system.</value>
    public ulong? TestSeed { get; set; }

    internal ParticipationLimits Limits => new(MaxParticipations, MinSeparation);

    /// <summary>Gets the standard deviation of the noise of the updates divided by the clipping norm.</summary>
    internal double UpdateNoiseMultiplier => AdaptiveClipping?.ComputeUpdateNoiseMultiplier(NoiseMultiplier) ?? NoiseMultiplier;

    /// <summary>Creates options with the smallest noise that keeps a whole run within a budget.</summary>
    /// <param name="epsilon">epsilon, in [1e-6, 1e6].</param>
    /// <param name="delta">delta, in [1e-100, 1).</param>
    /// <param name="clippingNorm">C, the maximum norm of a weighted update.</param>
    /// <param name="maxVersions">n, the number of versions after which training ends.</param>
    /// <param name="limits">How often a client contributes.</param>
    /// <param name="bands">The number of bands of the noise, at most the separation; 1 for independent noise.</param>
    /// <returns>Options that can be adjusted further.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public static DifferentialPrivacyOptions ForBudget(double epsilon, double delta, double clippingNorm, int maxVersions, ParticipationLimits limits, int bands = 1) => new()
    {
        ClippingNorm = clippingNorm,
        NoiseMultiplier = GaussianAccountant.ComputeSigma(epsilon, delta) * Math.Sqrt(BandedToeplitzMatrix.CreateSquareRoot(bands).ComputeSquaredSensitivity(maxVersions, limits)),
        Delta = delta,
        MaxVersions = maxVersions,
        MaxParticipations = limits.MaxParticipations,
        MinSeparation = limits.MinSeparation,
        Bands = bands,
    };

    /// <summary>Computes the epsilon that a number of versions spends, for a client that contributes as often as the limits allow.</summary>
    /// <param name="versions">The number of versions, in [0, <see cref="MaxVersions"/>].</param>
    /// <returns>epsilon at <see cref="Delta"/>; 0 for no versions.</returns>
    /// <exception cref="ArgumentException">An option or the number of versions is out of range.</exception>
    public double ComputeEpsilon(int versions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(versions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(versions, MaxVersions);
        double squared = BandedToeplitzMatrix.CreateSquareRoot(Bands).ComputeSquaredSensitivity(versions, Limits);
        return versions == 0 ? 0 : GaussianAccountant.ComputeEpsilon(NoiseMultiplier / Math.Sqrt(squared), Delta);
    }

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or does not fit another one; the message names it.</exception>
    public void Validate()
    {
        PolicyGuard.Positive(ClippingNorm);
        PolicyGuard.Positive(NoiseMultiplier);
        PolicyGuard.Within(Delta, 1e-100, Math.BitDecrement(1.0));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxVersions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxVersions, LargestMaxVersions, nameof(MaxVersions));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxParticipations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinSeparation, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Bands, 1);
        if (Bands > MinSeparation)
        {
            throw new ArgumentException($"The noise has {Bands} bands, but contributions of a client may be {MinSeparation} versions apart. Raise {nameof(MinSeparation)} to at least the number of bands.", nameof(Bands));
        }

        if (AdaptiveClipping is not null && Bands > 1)
        {
            throw new ArgumentException($"The noise of several versions is correlated, so their clipping norm must be the same. Set {nameof(AdaptiveClipping)} to null, or {nameof(Bands)} to 1.", nameof(AdaptiveClipping));
        }

        if (ClippingNorm < LatticeNoise.MinStandardDeviation || UpdateNoiseMultiplier * ClippingNorm < LatticeNoise.MinStandardDeviation
            || AdaptiveClipping?.CountNoise < LatticeNoise.MinStandardDeviation)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The clipping norm {ClippingNorm} or the noise is too small for the resolution of the sums, 2^-40. Raise {nameof(ClippingNorm)} and the noise to at least 2^-20."), nameof(ClippingNorm));
        }
    }

    /// <summary>Creates a copy of the options.</summary>
    /// <returns>The copy; changes to it do not affect this object.</returns>
    public DifferentialPrivacyOptions Copy() => (DifferentialPrivacyOptions)MemberwiseClone();
}
