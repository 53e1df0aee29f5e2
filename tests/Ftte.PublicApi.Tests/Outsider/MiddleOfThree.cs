using Ftte.Aggregation;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A robust reduction: the three updates that are closest to the first, and of each coordinate the value in the middle.</summary>
internal sealed class MiddleOfThree() : RobustReduction(minContributors: 3, minGroup: 3, "The middle of three needs at least 3 updates.")
{
    protected override IReadOnlyList<int> Choose(UpdateGroup group) => [.. Enumerable.Range(0, group.Count).OrderBy(i => group.GetSquaredDistance(0, i)).Take(3)];

    protected override double Center(Span<float> values)
    {
        values.Sort();
        return values[values.Length / 2];
    }
}
