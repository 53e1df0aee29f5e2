using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Weights updates by age: (1 + age)^-exponent, the staleness scaling of FedBuff (arXiv 2106.06639).</summary>
public sealed class PolynomialWeighting : IStalenessWeighting
{
    private readonly double _scale;

    /// <summary>Creates a weighting with the specified exponent.</summary>
    /// <param name="exponent">The exponent of age; finite, not negative. 0 weights all updates equally.</param>
    /// <param name="normalizedAtAge">The age at which the weight is 1; 0 for fresh updates. FLSim normalizes at 1, so that a fresh update has a weight above 1.</param>
    public PolynomialWeighting(double exponent = 0.5, int normalizedAtAge = 0)
    {
        Exponent = PolicyGuard.NotNegative(exponent);
        ArgumentOutOfRangeException.ThrowIfNegative(normalizedAtAge);
        NormalizedAtAge = normalizedAtAge;
        _scale = Math.Pow(1.0 + normalizedAtAge, exponent);
    }

    /// <summary>Gets the exponent of age.</summary>
    /// <value>Default 1/2.</value>
    public double Exponent { get; }

    /// <summary>Gets the age at which the weight is 1.</summary>
    /// <value>Default 0.</value>
    public int NormalizedAtAge { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) => AgeDecay(statistics.Age, Exponent) * _scale;

    /// <summary>Computes (1 + age)^-exponent. Uses the square root for the exponent 1/2, because it is correctly rounded on every machine.</summary>
    internal static double AgeDecay(long age, double exponent) =>
        exponent == 0.5 ? 1 / Math.Sqrt(1.0 + age) : Math.Pow(1.0 + age, -exponent);
}
