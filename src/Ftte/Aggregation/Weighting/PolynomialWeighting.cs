using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Weighs by age: (1 + age)^-exponent, the staleness scaling of FedBuff (arXiv 2106.06639).</summary>
public sealed class PolynomialWeighting : IStalenessWeighting
{
    private readonly double _scale;

    /// <summary>Chooses the exponent.</summary>
    /// <param name="exponent">How fast weight falls with age; finite, not negative. 0 counts all alike.</param>
    /// <param name="normalizedAtAge">The age whose weight is 1; 0 for fresh. FLSim normalises at 1, so that a fresh update counts more than 1.</param>
    public PolynomialWeighting(double exponent = 0.5, int normalizedAtAge = 0)
    {
        Exponent = PolicyGuard.NotNegative(exponent);
        ArgumentOutOfRangeException.ThrowIfNegative(normalizedAtAge);
        NormalizedAtAge = normalizedAtAge;
        _scale = Math.Pow(1.0 + normalizedAtAge, exponent);
    }

    /// <summary>Gets how fast weight falls with age.</summary>
    /// <value>Default 1/2.</value>
    public double Exponent { get; }

    /// <summary>Gets the age whose weight is 1.</summary>
    /// <value>Default 0.</value>
    public int NormalizedAtAge { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) => AgeDecay(statistics.Age, Exponent) * _scale;

    /// <summary>(1 + age)^-exponent; by square root where that is what it means, which rounds correctly on every machine.</summary>
    internal static double AgeDecay(long age, double exponent) =>
        exponent == 0.5 ? 1 / Math.Sqrt(1.0 + age) : Math.Pow(1.0 + age, -exponent);
}
