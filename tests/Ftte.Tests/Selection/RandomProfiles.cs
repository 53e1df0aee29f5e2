using System.Collections.Immutable;
using CsCheck;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>Makes up models: some steps have no parameters, some choices are worth nothing or cost nothing.</summary>
internal static class RandomProfiles
{
    public static Gen<SelectionRequest> Requests(int steps) => Gen.Int[0, int.MaxValue].Select(seed => Request(new Random(seed), steps));

    public static IEnumerable<int[]> AllChoices(TrainingProfile profile)
    {
        IEnumerable<int[]> all = [[]];
        foreach (TrainingStep step in profile.Steps)
        {
            all = all.SelectMany(head => Enumerable.Range(-1, step.Choices.Length + 1).Select(choice => (int[])[.. head, choice]));
        }

        return all;
    }

    public static TrainingProfile Profile(Random random, int steps)
    {
        int count = random.Next(1, steps + 1);
        var layout = ParameterLayout.Create([.. Enumerable.Range(0, count).Select(t => ($"block{t}", new[] { random.Next(2, 40) }))]);
        int certain = random.Next(count);
        var made = ImmutableArray.CreateBuilder<TrainingStep>(count);
        for (int t = 0; t < count; t++)
        {
            ParameterRange block = layout.RangeOf(t);
            long through = random.Next(3) == 0 ? random.Next(40) : 0;
            int choices = t == certain ? random.Next(1, 4) : random.Next(4);
            made.Add(new TrainingStep($"step{t}", random.Next(200), random.Next(200), random.Next(200), through, [.. Enumerable.Range(0, choices).Select(k =>
            {
                int length = random.Next(1, block.Length + 1);
                return new TrainingChoice($"choice{k}", [new(block.End - length, length)], through + random.Next(100), random.Next(2) * 4 * length, random.Next(1000));
            })]));
        }

        return new TrainingProfile(layout, random.Next(1000), made.MoveToImmutable());
    }

    public static SelectionRequest Request(Random random, int steps)
    {
        TrainingProfile profile = Profile(random, steps);
        var importance = new BlockImportance(profile.Layout, [.. profile.Steps.Select(_ => random.Next(4) == 0 ? 0 : random.NextDouble())]);
        long nothing = MemoryTimeline.Compute(profile, [.. profile.Steps.Select(_ => -1)]).PeakBytes;
        long memory = Math.Max(0, nothing + random.Next(-50, 100 * profile.Steps.Length));
        return new SelectionRequest(profile, importance, memory, random.Next(2) == 0 ? null : random.Next(4 * profile.Layout.ParameterCount));
    }
}
