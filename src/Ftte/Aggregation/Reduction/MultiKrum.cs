namespace Ftte.Aggregation;

/// <summary>Computes the mean of the m updates with the smallest sum of squared distances to their n - f - 2 nearest neighbors.</summary>
/// <remarks>
/// <para>"Machine Learning with Adversaries" (NeurIPS 2017). At least one neighbor is counted; ties go to the earlier update.</para>
/// <para>The minimum group size n satisfies the condition of the paper's proof, n > 2 f + 2, and n - f >= m. In a smaller group, all n - f - 2 neighbors
/// can be malicious, so that f colluding updates would choose themselves.</para>
/// </remarks>
internal sealed class MultiKrum : RobustReduction
{
    private readonly int _byzantine;
    private readonly int _kept;

    public MultiKrum(int byzantine, int kept)
        : base(minContributors: 1, GetMinGroup(byzantine, kept), $"Multi-Krum with f = {byzantine} malicious updates and m = {kept} kept needs at least 2 f + 3 = {(2L * byzantine) + 3} updates and f + m = {(long)byzantine + kept}.")
    {
        _byzantine = byzantine;
        _kept = kept;
    }

    protected internal override string Kind => "MultiKrum";

    protected internal override IReadOnlyList<int> Choose(UpdateGroup group)
    {
        int count = group.Count;
        int neighbors = Math.Max(1, count - _byzantine - 2);
        var scores = new double[count];
        var distances = new double[count, count];
        for (int i = 0; i < count; i++)
        {
            for (int j = i + 1; j < count; j++)
            {
                distances[i, j] = distances[j, i] = group.GetSquaredDistance(i, j);
            }
        }

        for (int i = 0; i < count; i++)
        {
            scores[i] = Enumerable.Range(0, count).Where(j => j != i).Select(j => distances[i, j]).Order().Take(neighbors).Sum();
        }

        return [.. Enumerable.Range(0, count).OrderBy(i => scores[i]).Take(_kept)];
    }

    protected internal override double Center(Span<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    private static int GetMinGroup(int byzantine, int kept)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byzantine);
        ArgumentOutOfRangeException.ThrowIfLessThan(kept, 1);
        return (int)Math.Min(int.MaxValue, byzantine + Math.Max(byzantine + 3L, kept));
    }
}
