namespace Ftte.Aggregation;

/// <summary>Counts every update in full, whatever its age: FedAvg, and asynchronous rules without staleness.</summary>
public sealed class ConstantWeighting : IStalenessWeighting
{
    /// <inheritdoc />
    public double GetWeight(in UpdateStatistics statistics) => 1;
}
