namespace Ftte.TinyEngine.Memory;

/// <summary>Assigns offsets in one arena to tensors, so that tensors with overlapping lifetimes do not overlap in memory.</summary>
/// <remarks>
/// A lower bound of the arena is the maximum of the live bytes over all moments; finding a layout of that size is NP-hard in general. Several orders are tried; each
/// puts every tensor at the lowest offset that is free during its lifetime or, in the two-ended variant, at the highest. The first layout that
/// reaches the bound is used, otherwise the smallest one.
/// </remarks>
internal static class ArenaLayout
{
    /// <summary>Sets the offset of every tensor.</summary>
    /// <returns>The size of the arena in bytes.</returns>
    public static long Place(IReadOnlyList<Tensor> tensors)
    {
        Tensor[] used = [.. tensors.Where(t => t.Last >= 0)];
        long bound = MaxLiveBytes(used);
        long best = long.MaxValue;
        foreach (Tensor[] order in Orders(used))
        {
            long[] offsets = Try(order, out long size);
            if (size < best)
            {
                best = size;
                for (int i = 0; i < order.Length; i++)
                {
                    order[i].Offset = offsets[i];
                }
            }

            if (best == bound)
            {
                break;
            }
        }

        foreach (Tensor unused in tensors.Where(t => t.Last < 0))
        {
            unused.Offset = 0;
        }

        return used.Length == 0 ? 0 : best;
    }

    /// <summary>Gets the maximum of the live bytes over all moments: a lower bound of every layout.</summary>
    public static long MaxLiveBytes(IReadOnlyList<Tensor> tensors) =>
        tensors.Count == 0 ? 0 : tensors.Select(t => t.First).Distinct().Max(moment => tensors.Where(t => t.LivesAt(moment)).Sum(t => t.Bytes));

    private static IEnumerable<Tensor[]> Orders(Tensor[] tensors)
    {
        yield return [.. tensors.OrderByDescending(t => t.Last - t.First).ThenByDescending(t => t.Bytes)];
        yield return [.. tensors.OrderByDescending(t => t.Bytes).ThenByDescending(t => t.Last - t.First)];
        yield return [.. tensors.OrderByDescending(t => (double)t.Bytes * (t.Last - t.First + 1))];
        long maxLive = MaxLiveBytes(tensors);
        int peak = tensors.Length == 0 ? 0 : tensors.Select(t => t.First).First(m => tensors.Where(t => t.LivesAt(m)).Sum(t => t.Bytes) == maxLive);
        yield return [.. tensors.OrderByDescending(t => t.LivesAt(peak)).ThenByDescending(t => t.Last - t.First).ThenByDescending(t => t.Bytes)];
        yield return [.. tensors.OrderByDescending(t => t.LivesAt(peak)).ThenByDescending(t => t.Bytes)];
        yield return [.. tensors.OrderBy(t => t.First).ThenByDescending(t => t.Last)];
        yield return [.. tensors.OrderByDescending(t => t.Last).ThenBy(t => t.First)];

        // Order of the total size of all tensors with overlapping lifetimes, which tends to fill the gaps of the other orders.
        long[] pressure = [.. tensors.Select(t => tensors.Where(t.MeetsInTime).Sum(o => o.Bytes))];
        yield return [.. tensors.Select((t, i) => (t, i)).OrderByDescending(p => pressure[p.i]).Select(p => p.t)];

        // Random swaps of tensors with similar lifetimes, from a fixed seed.
        Tensor[] order = [.. tensors.OrderByDescending(t => t.Last - t.First).ThenByDescending(t => t.Bytes)];
        for (ulong attempt = 0; attempt < 24; attempt++)
        {
            yield return [.. order.Select((t, i) => (t, Key: i * (0.5 + SplitMix64.UniformAt(attempt, (ulong)i)))).OrderBy(p => p.Key).Select(p => p.t)];
        }
    }

    /// <summary>Places each tensor in the lowest gap that is free during its lifetime, or above all others.</summary>
    private static long[] Try(Tensor[] order, out long size)
    {
        long[] offsets = new long[order.Length];
        var taken = new List<(long Start, long End)>(order.Length);
        size = 0;
        for (int i = 0; i < order.Length; i++)
        {
            taken.Clear();
            for (int j = 0; j < i; j++)
            {
                if (order[i].MeetsInTime(order[j]))
                {
                    taken.Add((offsets[j], offsets[j] + order[j].Bytes));
                }
            }

            taken.Sort();
            offsets[i] = LowestGap(taken, order[i].Bytes);
            size = Math.Max(size, offsets[i] + order[i].Bytes);
        }

        return offsets;
    }

    private static long LowestGap(List<(long Start, long End)> taken, long bytes)
    {
        long top = 0;
        foreach ((long start, long end) in taken)
        {
            if (start - top >= bytes)
            {
                return top;
            }

            top = Math.Max(top, end);
        }

        return top;
    }
}
