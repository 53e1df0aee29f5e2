namespace Ftte.Aggregation;

/// <summary>The mean of the m updates with the smallest sum of squared distances to their n - f - 2 nearest neighbours.</summary>
/// <remarks>"Machine Learning with Adversaries" (NeurIPS 2017). At least one neighbour is counted; ties go to the earlier update.</remarks>
internal sealed class MultiKrum : IRobustCenter
{
    private readonly int _byzantine;
    private readonly int _kept;

    public MultiKrum(int byzantine, int kept)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byzantine);
        ArgumentOutOfRangeException.ThrowIfLessThan(kept, 1);
        _byzantine = byzantine;
        _kept = kept;
    }

    public ReductionKind Kind => ReductionKind.MultiKrum;

    public string Need => $"Multi-Krum with f = {_byzantine} hostile updates and m = {_kept} kept needs at least 2 f + 3 = {(2L * _byzantine) + 3} updates and f + m = {(long)_byzantine + _kept}.";

    /// <summary>Gets the n that the paper's proof needs (n > 2 f + 2), of which n - f are not fewer than are kept.</summary>
    /// <remarks>With fewer, n - f - 2 neighbours can all be hostile: f updates that agree would choose themselves.</remarks>
    public int SmallestGroup => (int)Math.Min(int.MaxValue, _byzantine + Math.Max(_byzantine + 3L, _kept));

    public IReadOnlyList<int> Choose(IReadOnlyList<ReadOnlyMemory<float>> updates, PackedRoles roles)
    {
        int count = updates.Count;
        int neighbours = Math.Clamp(count - _byzantine - 2, 1, Math.Max(1, count - 1));
        var scores = new double[count];
        var distances = new double[count, count];
        for (int i = 0; i < count; i++)
        {
            for (int j = i + 1; j < count; j++)
            {
                distances[i, j] = distances[j, i] = SquaredDistance(updates[i].Span, updates[j].Span, roles);
            }
        }

        for (int i = 0; i < count; i++)
        {
            scores[i] = Enumerable.Range(0, count).Where(j => j != i).Select(j => distances[i, j]).Order().Take(neighbours).Sum();
        }

        return [.. Enumerable.Range(0, count).OrderBy(i => scores[i]).Take(_kept)];
    }

    public double Center(Span<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    private static double SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b, PackedRoles roles)
    {
        double sum = 0;
        foreach (PackedRoles.Piece piece in roles.Pieces)
        {
            for (int i = piece.Start; i < piece.Start + piece.Length && !piece.IsStatistic; i++)
            {
                double difference = (double)a[i] - b[i];
                sum += difference * difference;
            }
        }

        return sum;
    }
}
