namespace Ftte.Aggregation;

/// <summary>Weights every update with 1, regardless of age, as FedAvg and asynchronous rules without staleness do.</summary>
public sealed class ConstantWeighting : IStalenessWeighting
{
    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) => 1;
}
