using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ftte;
using Ftte.TinyEngine;

namespace Cifar10.Learning;

/// <summary>What training a selection costs a device, by the planner's own count.</summary>
/// <param name="network">The network.</param>
/// <param name="sgd">How devices train.</param>
/// <param name="engine">How a device uses its memory; null for a framework without a plan, which holds everything.</param>
internal sealed class WorkCost(Network network, SgdOptions sgd, EngineOptions? engine)
{
    private readonly TrainingProfile _profile = network.Profile(sgd.BatchSize, inputShares: [1.0 / 8, 1.0 / 4, 1.0 / 2, 1]);
    private readonly ConcurrentDictionary<ParameterSelection, (long MultiplyAdds, long Bytes)> _known = new();

    public long MultiplyAddsPerExample(ParameterSelection selection) => Of(selection).MultiplyAdds;

    public long MemoryBytes(ParameterSelection selection) => Of(selection).Bytes;

    private (long MultiplyAdds, long Bytes) Of(ParameterSelection selection) => _known.GetOrAdd(selection, Count);

    private (long MultiplyAdds, long Bytes) Count(ParameterSelection selection)
    {
        // In every step the largest choice of which all is trained; a window of channels costs the same wherever it is.
        int[] choices = [.. _profile.Steps.Select(step => Largest(step.Choices, selection))];
        TrainingPlan plan = network.Plan(selection, sgd, engine);
        return (_profile.CountMultiplyAdds(choices), engine is null ? plan.EagerBytes : plan.PeakBytes);
    }

    private static int Largest(ImmutableArray<TrainingChoice> choices, ParameterSelection selection)
    {
        int best = -1;
        for (int i = 0; i < choices.Length; i++)
        {
            bool isTrained = choices[i].ParameterCount > 0 && choices[i].Ranges.Sum(range => Covered(range, selection)) >= choices[i].ParameterCount;
            best = isTrained && (best < 0 || choices[i].ParameterCount > choices[best].ParameterCount) ? i : best;
        }

        return best;
    }

    private static int Covered(ParameterRange range, ParameterSelection selection)
    {
        int covered = 0;
        foreach (ParameterRange own in selection.Ranges)
        {
            covered += Math.Max(0, Math.Min(own.Start + own.Length, range.Start + range.Length) - Math.Max(own.Start, range.Start));
        }

        return covered;
    }
}
