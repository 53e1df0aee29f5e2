using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Ftte;

/// <summary>Maps the coordinates of a layout to their roles.</summary>
internal sealed class RoleMap
{
    private readonly ImmutableArray<ParameterBlock> _statistics;
    private readonly int[] _firstIndex;

    // Every update needs the pieces. A selection lives as long as updates may refer to it.
    private readonly ConditionalWeakTable<ParameterSelection, PackedRoles> _packed = [];

    public RoleMap(ImmutableArray<ParameterBlock> blocks)
    {
        _statistics = [.. blocks.Where(b => b.Role != ParameterRole.Trainable)];
        _firstIndex = new int[_statistics.Length];
        for (int i = 0; i < _firstIndex.Length; i++)
        {
            _firstIndex[i] = StatisticCount;
            StatisticCount += _statistics[i].Range.Length;
        }
    }

    /// <summary>Gets the blocks that are statistics, in ascending order.</summary>
    public ReadOnlySpan<ParameterBlock> Statistics => _statistics.AsSpan();

    /// <summary>Gets the number of coordinates that are statistics.</summary>
    public int StatisticCount { get; }

    /// <summary>Counts the coordinates from a start on that have the same role.</summary>
    /// <param name="start">The first coordinate.</param>
    /// <param name="limit">The maximum number of coordinates to count, at least 1.</param>
    /// <param name="role">Receives the role of the coordinates.</param>
    /// <returns>The count, from 1 to <paramref name="limit"/>.</returns>
    public int RunLength(int start, int limit, out ParameterRole role)
    {
        int next = FirstEndingAfter(start);
        if (next == _statistics.Length || _statistics[next].Range.Start >= start + limit)
        {
            role = ParameterRole.Trainable;
            return limit;
        }

        ParameterBlock block = _statistics[next];
        if (block.Range.Start > start)
        {
            role = ParameterRole.Trainable;
            return block.Range.Start - start;
        }

        role = block.Role;
        return Math.Min(limit, block.Range.End - start);
    }

    /// <summary>Gets the index of a statistic among all statistics.</summary>
    public int StatisticIndex(int coordinate)
    {
        int block = FirstEndingAfter(coordinate);
        return _firstIndex[block] + coordinate - _statistics[block].Range.Start;
    }

    /// <summary>Divides a selection's packed vector at the boundaries of its statistics.</summary>
    /// <param name="selection">A selection of the layout's vector.</param>
    /// <returns>The pieces; the same object on every call.</returns>
    public PackedRoles Of(ParameterSelection selection) => _packed.TryGetValue(selection, out PackedRoles? known)
        ? known
        : _packed.GetValue(selection, s => new PackedRoles(this, s));

    private int FirstEndingAfter(int coordinate)
    {
        int low = 0, high = _statistics.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_statistics[middle].Range.End > coordinate)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
