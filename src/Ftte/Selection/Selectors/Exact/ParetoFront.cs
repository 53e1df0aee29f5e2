namespace Ftte.Selection;

/// <summary>Contains pairs of which none dominates another: in ascending order of the first number, the second number decreases.</summary>
internal sealed class ParetoFront
{
    private readonly List<long> _first = [];
    private readonly List<long> _second = [];

    public int Count => _first.Count;

    /// <summary>Determines whether the front contains a pair in which neither number is larger.</summary>
    public bool Dominates(long first, long second)
    {
        int at = _first.BinarySearch(first);
        int after = at >= 0 ? at + 1 : ~at;
        return after > 0 && _second[after - 1] <= second;
    }

    /// <summary>Adds a pair unless the front dominates it, and removes the pairs that it dominates.</summary>
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
