namespace Ftte;

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

    private readonly (ConstraintWeights Weights, CompletionTable Table)[] _bounds;

    public CompletionBound(SelectionProblem problem, SurrogateDual dual, CancellationToken cancellationToken)
    {
        int cells = Math.Clamp(MaxNumbers / dual.Weights.Length / (problem.Steps.Length - problem.FirstCut + 1), MinCells, Cells);

        // What bounds everything best is likely to bound the rest best, too, and is looked up first.
        _bounds = [.. dual.Weights.SelectMany(w => Tables(w)).OrderBy(b => b.Table.Root)];

        IEnumerable<(ConstraintWeights Weights, CompletionTable Table)> Tables(ConstraintWeights weights)
        {
            yield return (weights, new CompletionTable(dual.Offers, problem.FirstCut, weights, default, cells, cancellationToken));
            yield return (weights, new CompletionTable(dual.Offers, problem.FirstCut, weights, CompletionPrice.Find(dual.Offers, problem.FirstCut, weights), cells / 2, cancellationToken));
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
}
