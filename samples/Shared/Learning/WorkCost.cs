using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ftte.Selection;
using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>What training a selection costs a device, by the planner's own count.</summary>
/// <param name="network">The network.</param>
/// <param name="sgd">How devices train.</param>
/// <param name="engine">How a device uses its memory; null for a framework without a plan, which holds everything.</param>
/// <param name="exampleCount">For how many examples a device keeps features, if the engine keeps any.</param>
internal sealed class WorkCost(Network network, SgdOptions sgd, EngineOptions? engine, int exampleCount = 0)
{
    /// <summary>What a device could multiply and add in the time in which it reads back and checks a byte that it keeps: 75 MB/s for one of 300 million per second.</summary>
    private const int MultiplyAddsPerKeptByte = 4;

    private readonly TrainingProfile _profile = network.Profile(sgd.BatchSize, inputShares: [1.0 / 8, 1.0 / 4, 1.0 / 2, 1]);
    private readonly ConcurrentDictionary<ParameterSelection, ExampleCost> _known = new();

    /// <summary>Counts what one visit of one example costs.</summary>
    public ExampleCost Of(ParameterSelection selection) => _known.GetOrAdd(selection, Count);

    private ExampleCost Count(ParameterSelection selection)
    {
        // In every step the largest choice of which all is trained.
        int[] choices = [.. _profile.Steps.Select(step => Largest(step.Choices, selection))];
        TrainingPlan plan = network.Plan(selection, sgd, engine, exampleCount: exampleCount);
        long inputBytes = (long)network.InputLength * sizeof(float), keptBytes = exampleCount > 0 ? plan.FeatureStoreBytes / exampleCount : 0;
        return new ExampleCost(_profile.CountMultiplyAdds(choices), plan.Cut, engine is null ? plan.EagerBytes : plan.PeakBytes)
        {
            PrefixMultiplyAdds = _profile.Steps.Take(plan.Cut).Sum(step => step.ForwardMultiplyAdds),

            // The inputs are checked too, since features are of no other.
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
        // A window of channels costs the same wherever it is.
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

/// <summary>What training takes.</summary>
/// <param name="MultiplyAdds">The multiply-adds of one visit of one example.</param>
/// <param name="Cut">How many layers come before the first trained one.</param>
/// <param name="MemoryBytes">The memory at the busiest moment.</param>
internal readonly record struct ExampleCost(long MultiplyAdds, int Cut, long MemoryBytes)
{
    /// <summary>Gets, of all multiply-adds, what the frozen layers before the first trained one take, which comes to the same at every visit.</summary>
    public long PrefixMultiplyAdds { get; init; }

    /// <summary>Gets the multiply-adds for which there would be time while what those layers made of the example is read from storage and checked; 0 if it is not kept there.</summary>
    public long ReadBackMultiplyAdds { get; init; }
}
