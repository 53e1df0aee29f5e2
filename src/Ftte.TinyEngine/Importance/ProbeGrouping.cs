using System.Collections.Immutable;

namespace Ftte.TinyEngine.Importance;

/// <summary>Represents the groups of blocks that are measured together.</summary>
/// <param name="Groups">The groups, from the last blocks to the first.</param>
/// <param name="Unprobed">The trainable blocks that do not fit the budget even alone, ascending.</param>
internal sealed record ProbeGrouping(ImmutableArray<ProbeGroup> Groups, ImmutableArray<int> Unprobed)
{
    /// <summary>Divides the blocks into groups of the maximum size that fits, from the last to the first.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="trainable">The coordinates that a gradient reaches.</param>
    /// <param name="fit">Returns the bytes that measuring a range of blocks takes, given its first and last block; null if they do not fit.</param>
    public static ProbeGrouping Find(ParameterLayout layout, ParameterSelection trainable, Func<int, int, long?> fit)
    {
        int[] blocks = [.. Enumerable.Range(0, layout.Blocks.Length).Where(b => trainable.Contains(layout.RangeOf(b).Start))];
        var groups = ImmutableArray.CreateBuilder<ProbeGroup>();
        var unprobed = new List<int>();
        for (int last = blocks.Length - 1; last >= 0;)
        {
            if (Longest(blocks, last, fit) is { } group)
            {
                groups.Add(group);
                last = Array.BinarySearch(blocks, group.FirstBlock) - 1;
            }
            else
            {
                unprobed.Insert(0, blocks[last--]);
            }
        }

        return new ProbeGrouping(groups.ToImmutable(), [.. unprobed]);
    }

    /// <summary>Finds the largest group that ends with a block: all remaining blocks if they fit, otherwise by bisection.</summary>
    /// <remarks>More blocks take at least as much memory, apart from gaps between tensors in the arena. Every group that is returned was checked to fit.</remarks>
    private static ProbeGroup? Longest(int[] blocks, int last, Func<int, int, long?> fit)
    {
        ProbeGroup? best = fit(blocks[last], blocks[last]) is { } alone ? new ProbeGroup(blocks[last], blocks[last], alone) : null;
        (int low, int high) = (0, best is null ? -1 : last - 1);
        for (int first = 0; low <= high; first = (low + high) / 2)
        {
            if (fit(blocks[first], blocks[last]) is { } bytes)
            {
                best = new ProbeGroup(blocks[first], blocks[last], bytes);
                high = first - 1;
            }
            else
            {
                low = first + 1;
            }
        }

        return best;
    }
}
