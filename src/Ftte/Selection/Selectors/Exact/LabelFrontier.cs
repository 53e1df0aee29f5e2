namespace Ftte.Selection;

/// <summary>The costs that no other is below in every way. Who comes later is worth no more, so a cost that is not below all of these in some way is of no use.</summary>
/// <remarks>
/// Need and held bytes make a <see cref="Staircase"/>. Payload and compute, where they are budgeted, are counted in shares of the budget, and there is a
/// staircase for each range of shares of a binary indexed tree: what was added is looked up by at most a few. Shares are rounded up when a cost is added
/// and down when one is compared, so nothing is dropped that should not be; some that could be is kept.
/// </remarks>
internal sealed class LabelFrontier
{
    /// <summary>After this many pairs no more are added: 64 MiB. What they would drop is kept then.</summary>
    private const int MaxPairs = 1 << 22;

    private readonly SelectionProblem _problem;
    private readonly int _payloadShares;
    private readonly int _computeShares;
    private readonly Staircase?[] _stairs;
    private int _pairs;

    public LabelFrontier(SelectionProblem problem)
    {
        _problem = problem;
        bool both = problem.Payload < long.MaxValue && problem.Compute < long.MaxValue;
        _payloadShares = problem.Payload == long.MaxValue ? 1 : both ? 64 : 1024;
        _computeShares = problem.Compute == long.MaxValue ? 1 : both ? 64 : 1024;
        _stairs = new Staircase?[(_payloadShares + 1) * (_computeShares + 1)];
    }

    /// <summary>Adds a cost, unless one is there that is no larger in any way.</summary>
    public bool TryAdd(in SuffixCost cost)
    {
        if (_stairs.Length == 4)
        {
            return _pairs < MaxPairs ? Add(ref _stairs[3], cost) : _stairs[3]?.Covers(cost.Need, cost.Held) != true;
        }

        (int payload, int compute) = (Share(cost.Payload, _problem.Payload, _payloadShares, roundUp: false), Share(cost.Compute, _problem.Compute, _computeShares, roundUp: false));
        for (int p = payload; p > 0; p &= p - 1)
        {
            for (int c = compute; c > 0; c &= c - 1)
            {
                if (At(p, c)?.Covers(cost.Need, cost.Held) == true)
                {
                    return false;
                }
            }
        }

        if (_pairs >= MaxPairs)
        {
            return true;
        }

        (payload, compute) = (Share(cost.Payload, _problem.Payload, _payloadShares, roundUp: true), Share(cost.Compute, _problem.Compute, _computeShares, roundUp: true));
        for (int p = payload; p <= _payloadShares; p += p & -p)
        {
            for (int c = compute; c <= _computeShares; c += c & -c)
            {
                Add(ref At(p, c), cost);
            }
        }

        return true;
    }

    private bool Add(ref Staircase? stairs, in SuffixCost cost)
    {
        stairs ??= new Staircase();
        int before = stairs.Count;
        bool isNew = stairs.TryAdd(cost.Need, cost.Held);
        _pairs += stairs.Count - before;
        return isNew;
    }

    private ref Staircase? At(int payload, int compute) => ref _stairs[(payload * (_computeShares + 1)) + compute];

    /// <summary>Gives the share of a budget that a cost takes, counted from 1.</summary>
    private static int Share(long cost, long budget, int shares, bool roundUp)
    {
        if (shares == 1 || cost == 0)
        {
            return 1;
        }

        Int128 parts = (Int128)cost * (shares - 1);
        return 1 + (int)((parts + (roundUp ? budget - 1 : 0)) / budget);
    }
}
