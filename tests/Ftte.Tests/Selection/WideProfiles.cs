using System.Collections.Immutable;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>Makes up models with everything that a profile can say: branches kept alive, streamed prefixes, workspaces, work, all three budgets.</summary>
internal static class WideProfiles
{
    public static SelectionRequest Request(Random random, int minSteps = 1, int maxSteps = 7)
    {
        TrainingProfile profile = Profile(random, random.Next(minSteps, maxSteps + 1));
        var importance = new BlockImportance(profile.Layout, [.. profile.Steps.Select(_ => random.Next(5) == 0 ? 0 : random.NextDouble())]);
        int[] nothing = [.. profile.Steps.Select(_ => -1)], everything = [.. profile.Steps.Select(s => s.Choices.Length - 1)];
        long least = MemoryTimeline.Compute(profile, nothing).PeakBytes, most = MemoryTimeline.Compute(profile, everything).PeakBytes;
        long leastWork = profile.CountMultiplyAdds(nothing), mostWork = profile.CountMultiplyAdds(everything);
        long memory = Math.Max(0, least + (long)(random.NextDouble() * (most - least + 100)));
        return new SelectionRequest(profile, importance, memory, random.Next(3) > 0 ? null : random.Next(20, 4 * profile.Layout.ParameterCount))
        {
            ComputeBudget = random.Next(3) > 0 ? null : leastWork + (long)(random.NextDouble() * (mostWork - leastWork + 10)),
        };
    }

    /// <summary>Makes a model with budgets of a third between the least and the most, so that all three bind.</summary>
    public static SelectionRequest TightRequest(int seed, int steps)
    {
        SelectionRequest request = Request(new Random(seed), minSteps: steps, maxSteps: steps);
        int[] everything = [.. request.Profile.Steps.Select(s => s.Choices.Length - 1)], nothing = [.. request.Profile.Steps.Select(_ => -1)];
        long least = MemoryTimeline.Compute(request.Profile, nothing).PeakBytes, most = MemoryTimeline.Compute(request.Profile, everything).PeakBytes;
        long work = request.Profile.CountMultiplyAdds(nothing);
        return request with
        {
            MemoryBudgetBytes = least + ((most - least) / 3),
            PayloadBudgetBytes = request.Profile.Layout.ParameterCount,
            ComputeBudget = work + ((request.Profile.CountMultiplyAdds(everything) - work) / 3),
        };
    }

    private static TrainingProfile Profile(Random random, int count)
    {
        var layout = ParameterLayout.Create([.. Enumerable.Range(0, count).Select(t => ($"block{t}", new[] { random.Next(5, 40) }))]);
        int certain = random.Next(count);
        bool streams = random.Next(2) == 0;
        long skip = 0;
        var steps = ImmutableArray.CreateBuilder<TrainingStep>(count);
        for (int t = 0; t < count; t++)
        {
            ParameterRange block = layout.RangeOf(t);

            // A skip connection keeps a tensor alive over the steps that it jumps.
            skip = random.Next(3) == 0 ? random.Next(150) : random.Next(3) == 0 ? 0 : skip;
            long through = random.Next(3) == 0 ? random.Next(40) : 0;
            long forward = skip + random.Next(200), backward = skip + random.Next(200);
            int choices = t == certain ? random.Next(1, 6) : random.Next(6);
            int momentum = random.Next(3);
            steps.Add(new TrainingStep(
                $"step{t}", forward, backward, random.Next(4) == 0 ? random.Next(300) : backward / 2, through,
                [.. Enumerable.Range(1, choices).Select(k =>
                {
                    int length = Math.Max(1, block.Length * k / choices);
                    return new TrainingChoice($"choice{k}", [new(block.Start, length)], through + random.Next(30 * k), 4 * length * momentum, random.Next(100 * k))
                    {
                        WorkspaceBytes = random.Next(3) == 0 ? random.Next(60) : 0,
                    };
                })])
            {
                StreamedForwardBytes = streams ? forward / 4 : null,
                BoundaryBytes = streams ? random.Next(100) : 0,
                ForwardMultiplyAdds = random.Next(100),
                InputGradientMultiplyAdds = random.Next(100),
            });
        }

        return new TrainingProfile(layout, random.Next(1000), steps.MoveToImmutable());
    }
}
