namespace Ftte.Selection;

/// <summary>The pairs that no other is below in both: as the first grows, the second falls.</summary>
internal sealed class Staircase
{
    private readonly List<long> _first = [];
    private readonly List<long> _second = [];

    public int Count => _first.Count;

    /// <summary>Says whether a pair is there that is no larger in both.</summary>
    public bool Covers(long first, long second)
    {
        int at = _first.BinarySearch(first);
        int after = at >= 0 ? at + 1 : ~at;
        return after > 0 && _second[after - 1] <= second;
    }

    /// <summary>Adds a pair unless one is there that is no larger in both; drops those that are no smaller in both.</summary>
    public bool TryAdd(long first, long second)
    {
        int at = _first.BinarySearch(first);
        int after = at >= 0 ? at + 1 : ~at;
        if (after > 0 && _second[after - 1] <= second)
        {
            return false;
        }

        int from = at >= 0 ? at : after, to = from;
        while (to < _second.Count && _second[to] >= second)
        {
            to++;
        }

        _first.RemoveRange(from, to - from);
        _second.RemoveRange(from, to - from);
        _first.Insert(from, first);
        _second.Insert(from, second);
        return true;
    }
}
