namespace Ftte.Selection;

/// <summary>Bounds what the steps before one can still add: never too low, so that a search may drop what cannot win.</summary>
/// <remarks>
/// Each bound is a <see cref="CompletionTable"/> of a weighted sum of all constraints (<see cref="ConstraintWeights"/>), without a price and with the one that is
/// best for everything (<see cref="CompletionPrice"/>); the least of them bounds best.
/// </remarks>
internal sealed class CompletionBound
{
    private const int Cells = 8192;
    private const int MinCells = 64;

    /// <summary>All tables without a price together hold at most this many numbers, 64 MiB, and those with one half as many.</summary>
    private const int MaxNumbers = 1 << 23;

    private readonly SelectionProblem _problem;
    private readonly SurrogateDual _dual;
    private readonly int _cells;
    private (ConstraintWeights Weights, CompletionTable Table)[] _bounds;
    private bool _hasPrices;

    public CompletionBound(SelectionProblem problem, SurrogateDual dual, CancellationToken cancellationToken)
    {
        (_problem, _dual) = (problem, dual);
        _cells = Math.Clamp(MaxNumbers / dual.Weights.Length / (problem.Steps.Length - problem.FirstCut + 1), MinCells, Cells);
        _bounds = [.. dual.Weights.Select(w => (w, MakeTable(w, default, _cells, cancellationToken)))];
    }

    /// <summary>Adds the tables with a price. They take as long to make as a narrow search, which is often enough without them.</summary>
    public void AddPrices(CancellationToken cancellationToken)
    {
        if (!_hasPrices)
        {
            var priced = _dual.Weights.Select(w => (w, MakeTable(w, CompletionPrice.Find(_dual.Offers, _problem.FirstCut, w), _cells / 2, cancellationToken)));

            // What bounds everything best is likely to bound the rest best, too, and is looked up first.
            _bounds = [.. _bounds.Concat(priced).OrderBy(b => b.Item2.Root)];
            _hasPrices = true;
        }
    }

    /// <summary>Bounds the worth of what is chosen in the steps before one, at least one choice.</summary>
    /// <param name="step">The step.</param>
    /// <param name="cost">What is chosen from it on.</param>
    /// <param name="enough">The search for a lower bound ends here.</param>
    /// <returns>The bound; negative if nothing more can be chosen.</returns>
    public long Of(int step, in SuffixCost cost, long enough = long.MinValue)
    {
        long bound = long.MaxValue;
        foreach ((ConstraintWeights weights, CompletionTable table) in _bounds)
        {
            bound = Math.Min(bound, table.Left(step, weights.Sum(step, cost)));
            if (bound <= enough)
            {
                break;
            }
        }

        return bound;
    }

    private CompletionTable MakeTable(ConstraintWeights weights, CompletionPrice price, int cells, CancellationToken cancellationToken) =>
        new(_dual.Offers, _problem.FirstCut, weights, price, cells, cancellationToken);
}
