namespace Ftte.TinyEngine;

/// <summary>Gives tensors their offsets in one arena: two stacks that grow towards each other.</summary>
/// <remarks>
/// On each end a tensor lies on those that outlive it. Where the lifetimes of any two tensors of an end are nested or apart, no gap opens between
/// them, so the arena is exactly as large as what lives at the busiest moment. The operations of a chain choose the ends so that this holds
/// (see <see cref="PlanBuilder.NewActivation"/>); other graphs get a valid layout that may be larger.
/// </remarks>
internal static class ArenaLayout
{
    /// <summary>Sets the offset of every tensor.</summary>
    /// <returns>The size of the arena in bytes.</returns>
    public static long Place(IReadOnlyList<Tensor> tensors)
    {
        Tensor[] longestFirst = [.. tensors.OrderByDescending(t => t.Last - t.First)];
        long[] tops = new long[longestFirst.Length];
        long size = 0;
        for (int i = 0; i < longestFirst.Length; i++)
        {
            Tensor tensor = longestFirst[i];
            long below = 0, opposite = 0;
            for (int j = 0; j < i; j++)
            {
                if (!tensor.MeetsInTime(longestFirst[j]))
                {
                    continue;
                }

                if (longestFirst[j].End == tensor.End)
                {
                    below = Math.Max(below, tops[j]);
                }
                else
                {
                    opposite = Math.Max(opposite, tops[j]);
                }
            }

            tops[i] = below + tensor.Bytes;
            size = Math.Max(size, tops[i] + opposite);
        }

        for (int i = 0; i < longestFirst.Length; i++)
        {
            Tensor tensor = longestFirst[i];
            tensor.Offset = tensor.End == ArenaEnd.Low ? tops[i] - tensor.Bytes : size - tops[i];
        }

        return size;
    }
}
