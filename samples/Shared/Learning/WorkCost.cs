using System.Collections.Concurrent;
using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Computes the cost of training a selection on a device with the figures of the planner.</summary>
/// <param name="network">The network.</param>
/// <param name="sgd">The training options of devices.</param>
/// <param name="engine">The engine options of a device; null for a framework without a plan, which holds all tensors.</param>
/// <param name="exampleCount">The number of examples whose features a device stores, if the engine stores features.</param>
internal sealed class WorkCost(Network network, SgdOptions sgd, EngineOptions? engine, int exampleCount = 0)
{
    /// <summary>The number of multiply-adds in the time of reading and verifying a stored byte: 75 MB/s for a device with 300 million multiply-adds per second.</summary>
    private const int MultiplyAddsPerKeptByte = 4;

    private readonly ConcurrentDictionary<ParameterSelection, ExampleCost> _known = new();

    /// <summary>Computes the cost of one visit of one example.</summary>
    public ExampleCost Of(ParameterSelection selection) => _known.GetOrAdd(selection, Count);

    private ExampleCost Count(ParameterSelection selection)
    {
        TrainingPlan plan = network.Plan(selection, sgd, engine, exampleCount: exampleCount);
        long inputBytes = (long)network.InputLength * sizeof(float), keptBytes = exampleCount > 0 ? plan.FeatureStoreBytes / exampleCount : 0;
        return new ExampleCost(plan.MultiplyAdds, plan.Cut, engine is null ? plan.EagerBytes : plan.PeakBytes)
        {
            PrefixMultiplyAdds = plan.FrozenMultiplyAdds,

            // The inputs are also verified, because features are valid only for the same inputs.
            ReadBackMultiplyAdds = keptBytes > 0 ? MultiplyAddsPerKeptByte * (keptBytes + inputBytes) : 0,
        };
    }
}

/// <summary>Represents the cost of training.</summary>
/// <param name="MultiplyAdds">The multiply-adds of one visit of one example.</param>
/// <param name="Cut">The number of layers before the first trained one.</param>
/// <param name="MemoryBytes">The peak memory.</param>
internal readonly record struct ExampleCost(long MultiplyAdds, int Cut, long MemoryBytes)
{
    /// <summary>Gets the multiply-adds of the frozen layers before the first trained one, whose output is the same at every visit.</summary>
    public long PrefixMultiplyAdds { get; init; }

    /// <summary>Gets the multiply-adds that would take the time of reading and verifying the stored output of those layers; 0 if it is not stored.</summary>
    public long ReadBackMultiplyAdds { get; init; }
}
