namespace Ftte.Selection;

/// <summary>Contains the frontier of the labels of a step: the costs that no other cost dominates.</summary>
/// <remarks>
/// Labels are added in descending order of value. Therefore an earlier label dominates a later one if its cost is not higher in any component. Need and held bytes
/// form a <see cref="ParetoFront"/>. Payload and compute, if they have a budget, are counted in shares of it. A binary indexed tree contains one front for each range
/// of shares, so that a lookup searches only a few fronts. Shares are rounded up when a cost is added and down when a cost is
/// compared. Therefore only dominated labels are dropped, but not all of them.
/// </remarks>
internal sealed class LabelFrontier
{
    /// <summary>The maximum number of stored pairs: 64 MiB. Beyond it, costs are compared but not added, so more dominated labels are kept.</summary>
    private const int MaxPairs = 1 << 22;

    private readonly SelectionProblem _problem;
    private readonly int _payloadShares;
    private readonly int _computeShares;
    private readonly ParetoFront?[] _fronts;
    private int _pairs;

    public LabelFrontier(SelectionProblem problem)
    {
        _problem = problem;
        bool both = problem.Payload < long.MaxValue && problem.Compute < long.MaxValue;
        _payloadShares = problem.Payload == long.MaxValue ? 1 : both ? 64 : 1024;
        _computeShares = problem.Compute == long.MaxValue ? 1 : both ? 64 : 1024;
        _fronts = new ParetoFront?[(_payloadShares + 1) * (_computeShares + 1)];
    }

    /// <summary>Adds a cost unless the frontier contains a cost that dominates it.</summary>
    /// <returns>False if the cost is dominated; otherwise true.</returns>
    public bool TryAdd(in SuffixCost cost)
    {
        if (_fronts.Length == 4)
        {
            return _pairs < MaxPairs ? Add(ref _fronts[3], cost) : _fronts[3]?.Dominates(cost.Need, cost.Held) != true;
        }

        (int payload, int compute) = (Share(cost.Payload, _problem.Payload, _payloadShares, roundUp: false), Share(cost.Compute, _problem.Compute, _computeShares, roundUp: false));
        for (int p = payload; p > 0; p &= p - 1)
        {
            for (int c = compute; c > 0; c &= c - 1)
            {
                if (At(p, c)?.Dominates(cost.Need, cost.Held) == true)
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

    private bool Add(ref ParetoFront? front, in SuffixCost cost)
    {
        front ??= new ParetoFront();
        int before = front.Count;
        bool isNew = front.TryAdd(cost.Need, cost.Held);
        _pairs += front.Count - before;
        return isNew;
    }

    private ref ParetoFront? At(int payload, int compute) => ref _fronts[(payload * (_computeShares + 1)) + compute];

    /// <summary>Returns the share of the budget that a cost uses, counted from 1.</summary>
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
