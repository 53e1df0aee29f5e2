using System.Globalization;
using Ftte.Numerics;
using Ftte.Privacy.Noise;

namespace Ftte.Privacy;

/// <summary>Clips weighted updates so that their rounded values have at most the clipping norm, and keeps the norm within the range of the sums.</summary>
internal sealed class ClippingRule
{
    /// <summary>The exclusive limit of every coordinate of the sums, in units of the model.</summary>
    private const double SumLimit = 1 << 23;

    /// <summary>Covers the rounding of the norm, which is summed in float64.</summary>
    private const double Margin = 1 - (1.0 / (1 << 20));

    private readonly AdaptiveClipping? _adaptive;
    private readonly double _noiseMultiplier;
    private readonly double _minNorm;
    private readonly double _maxNorm;

    public ClippingRule(DifferentialPrivacyOptions privacy, BandedToeplitzMatrix matrix, int capacity)
    {
        _adaptive = privacy.AdaptiveClipping;
        _noiseMultiplier = privacy.UpdateNoiseMultiplier;
        double noise = GaussianGenerator.MaxMagnitude * matrix.ComputeInverse(privacy.Bands == 1 ? 1 : privacy.MaxVersions).Sum(Math.Abs);
        _minNorm = LatticeNoise.MinStandardDeviation / Math.Min(1, _noiseMultiplier);
        _maxNorm = SumLimit / (capacity + (noise * _noiseMultiplier));
        Norm = privacy.ClippingNorm <= _maxNorm
            ? privacy.ClippingNorm
            : throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"With {nameof(privacy.ClippingNorm)} {privacy.ClippingNorm}, sums and noise could exceed the range of the sums. Use at most {_maxNorm:G4}, or scale the model."),
                nameof(privacy));
    }

    /// <summary>Gets C.</summary>
    public double Norm { get; private set; }

    /// <summary>Gets the standard deviation of the noise of the updates.</summary>
    public double StandardDeviation => Norm * _noiseMultiplier;

    /// <summary>Computes the factor of an update: its weight, reduced if the weighted update would be too long.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="norm">The norm of the update.</param>
    /// <param name="count">The number of coordinates of the update. Each is rounded by at most half a unit.</param>
    /// <param name="isClipped">Receives true if the weight was reduced.</param>
    public float GetScale(double weight, double norm, int count, out bool isClipped)
    {
        double maxNorm = (Norm * Margin) - (Math.Sqrt(count) / 2 / FixedPointKernel.One);
        isClipped = weight * norm > maxNorm;
        double exact = isClipped ? maxNorm / norm : weight;

        // Rounded down, so that the norm stays within its limit.
        float scale = (float)exact;
        return scale > exact ? MathF.BitDecrement(scale) : scale;
    }

    /// <summary>Adapts the norm after a version.</summary>
    /// <param name="unclipped">The number of updates that were not clipped.</param>
    /// <param name="count">The number of updates.</param>
    /// <param name="generator">The generator of the version's noise.</param>
    public void Adapt(int unclipped, int count, GaussianGenerator generator)
    {
        if (_adaptive is null)
        {
            return;
        }

        Span<double> noise = stackalloc double[1];
        generator.Fill(noise);

        // One half less per update: a contribution of at most one half in either direction.
        double sum = unclipped - (count / 2.0) + (LatticeNoise.Round(noise[0], _adaptive.CountNoise) / FixedPointKernel.One);
        Norm = Math.Clamp(_adaptive.ComputeNextNorm(Norm, 0.5 + (sum / count)), _minNorm, _maxNorm);
    }

    /// <summary>Restores the norm of a saved state.</summary>
    public void Restore(double norm) => Norm = Math.Clamp(norm, _minNorm, _maxNorm);
}
