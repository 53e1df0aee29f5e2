using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>
/// Weights updates by age and by alignment with the last published step: (1 + age)^-ageExponent * max(minimum, (1 + cosine) / 2).
/// </summary>
/// <remarks>For comparison. Requires an additional pass over each update. Before the first publication, and for an update of zeros, only age counts.</remarks>
public sealed class AlignmentWeighting : IStalenessWeighting
{
    /// <summary>Creates a weighting with the specified exponent and minimum.</summary>
    /// <param name="ageExponent">The exponent of age; finite, not negative.</param>
    /// <param name="minimum">The minimum factor for alignment, in [0, 1].</param>
    public AlignmentWeighting(double ageExponent = 0.5, double minimum = 0.1)
    {
        AgeExponent = PolicyGuard.NotNegative(ageExponent);
        Minimum = PolicyGuard.Within(minimum, 0, 1);
    }

    /// <summary>Gets the exponent of age.</summary>
    /// <value>Default 1/2.</value>
    public double AgeExponent { get; }

    /// <summary>Gets the minimum factor for alignment.</summary>
    /// <value>Default 0.1.</value>
    public double Minimum { get; }

    /// <inheritdoc />
    public WeightingInputs Inputs => WeightingInputs.Alignment;

    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics)
    {
        double agreement = double.IsNaN(statistics.Alignment) ? 1 : Math.Max(Minimum, (1 + statistics.Alignment) / 2);
        return PolynomialWeighting.AgeDecay(statistics.Age, AgeExponent) * agreement;
    }
}
