using Ftte;
using Ftte.Aggregation;
using Ftte.TinyEngine;

namespace Cluster;

/// <summary>Defines what the cluster trains.</summary>
internal static class Training
{
    public const int Capacity = 8, Shards = 6, Examples = 200;
    public const float LearningRate = 0.05f;
    private const ulong Seed = 1;

    public static Network Network { get; } = NetworkZoo.Create("digits");

    public static ModelSnapshot Start { get; } = new(Network.Layout, default, Network.Initialize(Seed));

    public static ParameterSelection Selection { get; } = ParameterSelection.Full(Network.Layout);

    public static BufferedAggregatorOptions Aggregator { get; } = new() { Capacity = Capacity };
}
