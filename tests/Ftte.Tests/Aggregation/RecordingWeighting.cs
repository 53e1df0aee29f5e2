using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <summary>Returns one weight for all updates and records what the aggregator passes to weightings.</summary>
internal sealed class RecordingWeighting(WeightingInputs inputs = WeightingInputs.None, double weight = 1) : IStalenessWeighting
{
    public List<UpdateStatistics> Weighted { get; } = [];

    public WeightingInputs Inputs => inputs;

    public double GetWeight(in UpdateStatistics statistics)
    {
        Weighted.Add(statistics);
        return weight;
    }
}
