namespace Ftte.Selection;

/// <summary>Contains the weight of each constraint in a surrogate constraint, the weighted sum of all constraints.</summary>
/// <remarks>
/// Memory has one constraint per moment (a step that runs forward or backward), payload and compute have one each. A selection that meets all of them also meets
/// their weighted sum, which is a plain knapsack constraint. A byte held throughout has the weight of all moments. A byte saved by step t has the weight of the
/// backward pass of step t and of both passes of all later steps. Each moment adds its own transient bytes. The weights of the moments before the cut apply to
/// the need at the cut (see <see cref="SuffixCost"/>).
/// </remarks>
internal sealed class ConstraintWeights
{
    /// <summary>The sum of all weights, in the unit of the memory weights.</summary>
    private const long TotalWeight = 1 << 12;

    private readonly SelectionProblem _problem;
    private readonly long[] _forward;
    private readonly long[] _backward;
    private readonly long[] _from;
    private readonly long _memory;
    private readonly long _before;
    private readonly long _payload;
    private readonly long _compute;

    public ConstraintWeights(SelectionProblem problem)
        : this(problem, TotalWeight, new long[problem.Steps.Length], new long[problem.Steps.Length], 0, 0)
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

    /// <summary>Returns a lower bound on the part of the budget that choices from a step to the last step use.</summary>
    public long Sum(int step, in SuffixCost cost) =>
        (_from[step] * cost.Need) + ((_memory - _from[step]) * cost.Held) + (_payload * cost.Payload) + (_compute * cost.Compute);

    /// <summary>Computes the part of the budget that an option uses, and the remaining budget that it requires.</summary>
    public (long Cost, long Required) CostOf(int t, in StepOption stepOption)
    {
        SelectionProblem.Step step = _problem.Steps[t];
        SelectionProblem.Option option = stepOption.Option;
        long gradients = (stepOption.Continues ? step.Backward : step.BackwardAtCut) + option.Workspace;
        long memory = (_memory * option.Persistent) + ((_from[t + 1] + _backward[t]) * option.Saved) + (_backward[t] * gradients) + (_forward[t] * step.Forward);
        long cost = memory + (_payload * option.Payload) + (_compute * stepOption.Cost.Compute);
        return (cost, cost + ((_memory - _from[t]) * (stepOption.Cost.Need - option.Persistent)));
    }

    /// <summary>Creates a copy with weight moved from all constraints to one.</summary>
    /// <param name="share">The share of the weight to move.</param>
    /// <param name="constraint">The constraint.</param>
    public ConstraintWeights Shift(double share, Constraint constraint)
    {
        long[] forward = Array.ConvertAll(_forward, Reduce), backward = Array.ConvertAll(_backward, Reduce);
        long before = Reduce(_before), payload = Reduce(_payload), compute = Reduce(_compute);
        long moved = (long)(TotalWeight * share);
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
                payload += Convert(_problem.Payload);
                break;
            case ConstraintKind.Compute:
                compute += Convert(_problem.Compute);
                break;
        }

        return new ConstraintWeights(_problem, before, forward, backward, payload, compute);

        long Reduce(long weight) => (long)(weight * (1 - share));

        // A whole budget of one kind gets the same weight as a whole budget of another kind.
        long Convert(long budget) => (long)(moved * ((double)_problem.Memory / Math.Max(1, budget)));
    }
}
