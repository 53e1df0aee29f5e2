namespace Ftte.Selection;

/// <summary>How much each constraint counts in one that all together imply.</summary>
/// <remarks>
/// Memory is one constraint per moment, payload and compute one each. A weighted sum of them is implied by all of them and is a plain knapsack: a byte held
/// throughout counts as much as all moments together, a byte saved by step t as much as the moments from t on, and each moment adds its own transient
/// bytes. Moments not weighed here leave their share to those before the cut.
/// </remarks>
internal sealed class ConstraintWeights
{
    /// <summary>All constraints together, in the unit of memory's.</summary>
    private const long All = 1 << 12;

    private readonly SelectionProblem _problem;
    private readonly long[] _forward;
    private readonly long[] _backward;
    private readonly long[] _from;
    private readonly long _memory;
    private readonly long _before;
    private readonly long _payload;
    private readonly long _compute;

    public ConstraintWeights(SelectionProblem problem)
        : this(problem, All, new long[problem.Steps.Length], new long[problem.Steps.Length], 0, 0)
    {
    }

    private ConstraintWeights(SelectionProblem problem, long before, long[] forward, long[] backward, long payload, long compute)
    {
        (_problem, _before, _forward, _backward, _payload, _compute) = (problem, before, forward, backward, payload, compute);
        _from = new long[forward.Length + 1];
        for (int t = forward.Length - 1; t >= 0; t--)
        {
            _from[t] = _from[t + 1] + forward[t] + backward[t];
        }

        _memory = before + _from[0];
        Budget = (_memory * problem.Memory) + (payload == 0 ? 0 : payload * problem.Payload) + (compute == 0 ? 0 : compute * problem.Compute);
    }

    /// <summary>Gets the weighted sum of the budgets.</summary>
    public long Budget { get; }

    /// <summary>Gives what choices from a step to the last take of the budget, at least.</summary>
    public long Sum(int step, in SuffixCost cost) =>
        (_from[step] * cost.Need) + ((_memory - _from[step]) * cost.Held) + (_payload * cost.Payload) + (_compute * cost.Compute);

    /// <summary>Gives what an offer takes of the budget, and what must be left of it beforehand.</summary>
    public (long Cost, long Room) Price(int t, in Offer offer)
    {
        SelectionProblem.Step step = _problem.Steps[t];
        SelectionProblem.Option option = offer.Option;
        long gradients = (offer.GoesOn ? step.Backward : step.BackwardAtCut) + option.Workspace;
        long memory = (_memory * option.Persistent) + ((_from[t + 1] + _backward[t]) * option.Saved) + (_backward[t] * gradients) + (_forward[t] * step.Forward);
        long cost = memory + (_payload * option.Payload) + (_compute * offer.Alone.Compute);
        return (cost, cost + ((_memory - _from[t]) * (offer.Alone.Need - option.Persistent)));
    }

    /// <summary>Moves weight to one constraint from all others.</summary>
    /// <param name="share">The share that is moved.</param>
    /// <param name="constraint">The constraint.</param>
    public ConstraintWeights Shift(double share, Constraint constraint)
    {
        long[] forward = Array.ConvertAll(_forward, Less), backward = Array.ConvertAll(_backward, Less);
        long before = Less(_before), payload = Less(_payload), compute = Less(_compute);
        long moved = (long)(All * share);
        switch (constraint.Kind)
        {
            case ConstraintKind.BeforeCut:
                before += moved;
                break;
            case ConstraintKind.Forward:
                forward[constraint.Step] += moved;
                break;
            case ConstraintKind.Backward:
                backward[constraint.Step] += moved;
                break;
            case ConstraintKind.Payload:
                payload += Exchange(_problem.Payload);
                break;
            case ConstraintKind.Compute:
                compute += Exchange(_problem.Compute);
                break;
        }

        return new ConstraintWeights(_problem, before, forward, backward, payload, compute);

        long Less(long weight) => (long)(weight * (1 - share));

        // A whole budget of one kind is worth as much as one of another.
        long Exchange(long budget) => (long)(moved * ((double)_problem.Memory / Math.Max(1, budget)));
    }
}
