using Ftte.Common;

namespace Ftte.Privacy;

/// <summary>Adapts the clipping norm to a quantile of the norms of updates, from a noised count of the updates that were not clipped (Andrew et al. 2021, arXiv 1905.03871).</summary>
/// <remarks>
/// C becomes C exp(-eta (b - gamma)), where b is the noised fraction of updates that were <em>not</em> clipped. Feeding in the fraction that was clipped would shrink C towards zero.
/// Immutable.
/// </remarks>
public sealed class AdaptiveClipping
{
    /// <summary>Creates the rule.</summary>
    /// <param name="countNoise">sigma_b, the standard deviation of the noise of the count, in updates; positive. A twentieth of the capacity is a good choice.</param>
    /// <param name="quantile">gamma, the fraction of updates that should not be clipped, in [0, 1].</param>
    /// <param name="learningRate">eta, finite and positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public AdaptiveClipping(double countNoise, double quantile = 0.5, double learningRate = 0.2) =>
        (CountNoise, Quantile, LearningRate) = (PolicyGuard.Positive(countNoise), PolicyGuard.Within(quantile, 0, 1), PolicyGuard.Positive(learningRate));

    /// <summary>Gets sigma_b, the standard deviation of the noise of the count, in updates.</summary>
    public double CountNoise { get; }

    /// <summary>Gets gamma, the fraction of updates that should not be clipped.</summary>
    /// <value>Default 0.5, the median.</value>
    public double Quantile { get; }

    /// <summary>Gets eta, the learning rate of the logarithm of the norm.</summary>
    /// <value>Default 0.2.</value>
    public double LearningRate { get; }

    /// <summary>Computes the noise multiplier of the updates, which is larger than that of the whole, because the count spends a part of the budget.</summary>
    /// <param name="noiseMultiplier">z, the noise multiplier of updates and count together; positive.</param>
    /// <returns>(z^-2 - (2 sigma_b)^-2)^-1/2.</returns>
    /// <exception cref="ArgumentException">The noise of the count alone spends more than the whole.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The noise multiplier is not finite and positive.</exception>
    public double ComputeUpdateNoiseMultiplier(double noiseMultiplier)
    {
        PolicyGuard.Positive(noiseMultiplier);
        double rest = (1 / (noiseMultiplier * noiseMultiplier)) - (1 / (4 * CountNoise * CountNoise));
        return rest > 0
            ? 1 / Math.Sqrt(rest)
            : throw new ArgumentException($"A count noise of {CountNoise} spends the whole budget of noise multiplier {noiseMultiplier}. Raise the count noise above {noiseMultiplier / 2}.", nameof(noiseMultiplier));
    }

    /// <summary>Computes the next clipping norm.</summary>
    /// <param name="norm">C, the current clipping norm; positive.</param>
    /// <param name="unclippedFraction">b, the noised fraction of updates that were not clipped; may lie outside of [0, 1].</param>
    /// <returns>C exp(-eta (b - gamma)).</returns>
    /// <exception cref="ArgumentOutOfRangeException">The norm is not finite and positive, or the fraction is not finite.</exception>
    public double ComputeNextNorm(double norm, double unclippedFraction)
    {
        PolicyGuard.Positive(norm);
        PolicyGuard.Within(unclippedFraction, double.MinValue, double.MaxValue);
        return norm * PortableMath.Exp(-LearningRate * (unclippedFraction - Quantile));
    }
}
