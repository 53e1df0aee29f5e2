using Ftte.Common;

namespace Ftte.Aggregation;

/// <summary>
/// Weighs by age and by disagreement with the direction in which the model last moved: (1 + age)^-ageExponent * max(minimum, (1 + cosine) / 2).
/// </summary>
/// <remarks>For comparison. Costs one more pass over each update. Before the first publication, and for an update of zeros, only age counts.</remarks>
public sealed class AlignmentWeighting : IStalenessWeighting
{
    /// <summary>Chooses how fast weight falls.</summary>
    /// <param name="ageExponent">How fast weight falls with age; finite, not negative.</param>
    /// <param name="minimum">The least that disagreement leaves of the weight, in [0, 1].</param>
    public AlignmentWeighting(double ageExponent = 0.5, double minimum = 0.1)
    {
        AgeExponent = PolicyGuard.NotNegative(ageExponent);
        Minimum = PolicyGuard.Within(minimum, 0, 1);
    }

    /// <summary>Gets how fast weight falls with age.</summary>
    /// <value>Default 1/2.</value>
    public double AgeExponent { get; }

    /// <summary>Gets the least that disagreement leaves of the weight.</summary>
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
