namespace Ftte.Selection;

/// <summary>Computes completion bounds: upper bounds on the value that the steps before a given step can still add.</summary>
/// <remarks>
/// The bound is the minimum over several tables (<see cref="CompletionTable"/>). Each weighted sum of all constraints (<see cref="ConstraintWeights"/>) has one
/// table without a price and one with the price that gives the tightest bound on the whole problem (<see cref="CompletionPrice"/>). The bound is never too low, so
/// a search can prune labels that cannot exceed the best known value.
/// </remarks>
internal sealed class CompletionBound
{
    private const int Cells = 8192;
    private const int MinCells = 64;

    /// <summary>The maximum number of entries of all tables without a price: 64 MiB. The tables with a price have at most half as many.</summary>
    private const int MaxEntries = 1 << 23;

    private readonly SelectionProblem _problem;
    private readonly SurrogateDual _dual;
    private readonly int _cells;
    private (ConstraintWeights Weights, CompletionTable Table)[] _bounds;
    private bool _hasPrices;

    public CompletionBound(SelectionProblem problem, SurrogateDual dual, CancellationToken cancellationToken)
    {
        (_problem, _dual) = (problem, dual);
        _cells = Math.Clamp(MaxEntries / dual.Weights.Length / (problem.Steps.Length - problem.FirstCut + 1), MinCells, Cells);
        _bounds = [.. dual.Weights.Select(w => (w, CreateTable(w, default, _cells, cancellationToken)))];
    }

    /// <summary>Adds the tables with a price. Creating them takes as long as a narrow search, which often does not need them.</summary>
    public void AddPrices(CancellationToken cancellationToken)
    {
        if (!_hasPrices)
        {
            var priced = _dual.Weights.Select(w => (w, CreateTable(w, CompletionPrice.Find(_dual.Options, _problem.FirstCut, w), _cells / 2, cancellationToken)));

            // The table with the tightest bound on the whole problem is likely to be the tightest elsewhere too, so it is looked up first.
            _bounds = [.. _bounds.Concat(priced).OrderBy(b => b.Item2.Root)];
            _hasPrices = true;
        }
    }

    /// <summary>Computes an upper bound on the value of the choices in the steps before a step, if at least one of these steps is trained.</summary>
    /// <param name="step">The step.</param>
    /// <param name="cost">The cost of the choices from the step to the last step.</param>
    /// <param name="target">The bound at which the computation stops, because a tighter bound is not needed.</param>
    /// <returns>The bound; negative if no earlier step can be trained.</returns>
    public long Of(int step, in SuffixCost cost, long target = long.MinValue)
    {
        long bound = long.MaxValue;
        foreach ((ConstraintWeights weights, CompletionTable table) in _bounds)
        {
            bound = Math.Min(bound, table.Bound(step, weights.Sum(step, cost)));
            if (bound <= target)
            {
                break;
            }
        }

        return bound;
    }

    private CompletionTable CreateTable(ConstraintWeights weights, CompletionPrice price, int cells, CancellationToken cancellationToken) =>
        new(_dual.Options, _problem.FirstCut, weights, price, cells, cancellationToken);
}
