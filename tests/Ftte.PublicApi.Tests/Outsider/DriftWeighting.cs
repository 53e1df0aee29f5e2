using Ftte.Aggregation;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A weighting: the farther the model has moved since the device received it, the less its update counts.</summary>
internal sealed class DriftWeighting : IStalenessWeighting
{
    /// <summary>Gets the statistics that were weighted, for the tests.</summary>
    public List<UpdateStatistics> Weighted { get; } = [];

    public WeightingInputs Inputs => WeightingInputs.Drift;

    public double GetWeight(in UpdateStatistics statistics)
    {
        Weighted.Add(statistics);
        return 1 / (1 + statistics.DriftNorm);
    }
}
