using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ftte.Selection;
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

    private readonly TrainingProfile _profile = network.Profile(sgd.BatchSize, inputShares: [1.0 / 8, 1.0 / 4, 1.0 / 2, 1]);
    private readonly ConcurrentDictionary<ParameterSelection, ExampleCost> _known = new();

    /// <summary>Computes the cost of one visit of one example.</summary>
    public ExampleCost Of(ParameterSelection selection) => _known.GetOrAdd(selection, Count);

    private ExampleCost Count(ParameterSelection selection)
    {
        // The choice of each step is the largest one that is completely trained.
        int[] choices = [.. _profile.Steps.Select(step => Largest(step.Choices, selection))];
        TrainingPlan plan = network.Plan(selection, sgd, engine, exampleCount: exampleCount);
        long inputBytes = (long)network.InputLength * sizeof(float), keptBytes = exampleCount > 0 ? plan.FeatureStoreBytes / exampleCount : 0;
        return new ExampleCost(_profile.CountMultiplyAdds(choices), plan.Cut, engine is null ? plan.EagerBytes : plan.PeakBytes)
        {
            PrefixMultiplyAdds = _profile.Steps.Take(plan.Cut).Sum(step => step.ForwardMultiplyAdds),

            // The inputs are also verified, because features are valid only for the same inputs.
            ReadBackMultiplyAdds = keptBytes > 0 ? MultiplyAddsPerKeptByte * (keptBytes + inputBytes) : 0,
        };
    }

    private static int Largest(ImmutableArray<TrainingChoice> choices, ParameterSelection selection)
    {
        int best = -1;
        for (int i = 0; i < choices.Length; i++)
        {
            best = IsTrained(choices[i], selection) && (best < 0 || choices[i].ParameterCount > choices[best].ParameterCount) ? i : best;
        }

        return best;
    }

    private static bool IsTrained(TrainingChoice choice, ParameterSelection selection)
    {
        // The cost of a window of channels does not depend on its position.
        ParameterRange? window = choice.Window?.Weights;
        int inWindow = choice.Ranges.Where(range => IsIn(window, range)).Sum(range => range.Length);
        return choice.ParameterCount > 0
            && choice.Ranges.All(range => IsIn(window, range) || Covered(range, selection) == range.Length)
            && (window is not { } weights || Covered(weights, selection) >= inWindow);
    }

    private static bool IsIn(ParameterRange? window, ParameterRange range) => window is { } weights && range.Start >= weights.Start && range.End <= weights.End;

    private static int Covered(ParameterRange range, ParameterSelection selection)
    {
        int covered = 0;
        foreach (ParameterRange own in selection.Ranges)
        {
            covered += Math.Max(0, Math.Min(own.End, range.End) - Math.Max(own.Start, range.Start));
        }

        return covered;
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
