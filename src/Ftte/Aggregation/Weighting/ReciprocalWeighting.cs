using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>Weights updates by age: 1 / (1 + age^exponent), the form of NVFlare's asynchronous mode (there with <see cref="AgeOrigin.NextVersion"/>).</summary>
public sealed class ReciprocalWeighting : IStalenessWeighting
{
    /// <summary>Creates a weighting with the specified exponent.</summary>
    /// <param name="exponent">The exponent of age; finite and positive.</param>
    public ReciprocalWeighting(double exponent = 0.5) => Exponent = PolicyGuard.Positive(exponent);

    /// <summary>Gets the exponent of age.</summary>
    /// <value>Default 1/2.</value>
    public double Exponent { get; }

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) =>
        1 / (1 + (Exponent == 0.5 ? Math.Sqrt(statistics.Age) : Math.Pow(statistics.Age, Exponent)));
}
