namespace Ftte.Selection;

/// <summary>Finds the selection with the highest objective within the budgets and proves that it is optimal. The default selector.</summary>
/// <remarks>
/// <para>The problem is a multiple-choice knapsack whose weight is a peak over time. TTE (arXiv 2206.15472) and FTTE (arXiv 2510.03165) use an evolutionary search;
/// this selector solves it exactly, by a label-setting search with dominance from the last step to the first, for all cuts at once (see
/// <c>docs/memory-model.md</c>). Bytes are not rounded. Values are rounded to 2^-50 of the total importance, so that sums do not depend on their order.</para>
/// <para>The search is repeated with a larger width until no label that could be better was dropped. If <see cref="MaxLabels"/> labels per step do not suffice, the
/// result is the best selection found, and <see cref="SelectionCertificate.UpperBound"/> limits the objective of all other selections.</para>
/// <para>Memory and work of the search are limited: about 330 MiB, and 2^25 extended labels in each of up to three searches. On networks with hundreds of layers,
/// fewer than <see cref="MaxLabels"/> labels are kept, so the bound may be looser.</para>
/// <para>Never exceeds a budget. Throws only if no choice fits. Deterministic, without state, and safe to share between threads.</para>
/// </remarks>
public sealed class ExactSelector : IParameterSelector
{
    /// <summary>The maximum of <see cref="Labels"/>.</summary>
    public const int MaxLabels = 1 << 15;

    /// <summary>The width of the first search. A narrow search finds a good selection quickly, so that a wider search can prune nearly all labels.</summary>
    private const int FirstLabels = 1 << 7;

    /// <summary>The factor by which the width grows from one search to the next.</summary>
    private const int Widening = 1 << 4;

    /// <summary>Gets the maximum number of labels (sets of choices) that the search keeps per step, from 1 to <see cref="MaxLabels"/>. If the search cannot prove the
    /// optimum, it ends sooner with fewer labels, with a larger gap.</summary>
    /// <value>Default <see cref="MaxLabels"/>.</value>
    public int Labels
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxLabels);
            field = value;
        }
    } = MaxLabels;

    /// <summary>Gets the callback that runs before every check of the token in a search.</summary>
    internal Action? OnCheck { get; init; }

    /// <summary>Computes an upper bound of the objective of all selections within the budgets, without a search.</summary>
    /// <param name="request">The costs, the importance and the budgets.</param>
    /// <param name="cancellationToken">Cancels the computation.</param>
    /// <returns>The upper bound; usually a few percent above <see cref="SelectionCertificate.UpperBound"/>.</returns>
    /// <exception cref="BudgetTooSmallException">No choice fits.</exception>
    public static double ComputeUpperBound(SelectionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        var problem = new SelectionProblem(request);
        var search = new LabelSearch(problem, floor: -1, cancellationToken);
        return search.Fits ? ToObjective(request, problem, search.Bound) : throw new ChoiceTable(request).Refusal();
    }

    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default) => Search(request, null, cancellationToken)!;

    /// <summary>Chooses the best selection if its objective is higher than a known one. Otherwise, the search ends early.</summary>
    /// <param name="request">The costs, the importance and the budgets.</param>
    /// <param name="objective">The objective to exceed, such as that of another selection; not NaN.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The selection; null if no selection was found that exceeds the objective by at least the rounding of values.</returns>
    /// <exception cref="BudgetTooSmallException">No choice fits.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The objective is NaN.</exception>
    public SelectionResult? SelectAbove(SelectionRequest request, double objective, CancellationToken cancellationToken = default) =>
        double.IsNaN(objective)
            ? throw new ArgumentOutOfRangeException(nameof(objective), objective, "The objective must be a number. To accept any selection, call Select.")
            : Search(request, objective, cancellationToken);

    private SelectionResult? Search(SelectionRequest request, double? above, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        var problem = new SelectionProblem(request);
        long floor = above is { } objective ? problem.ToUnits(request.Importance.Scale(objective)) : -1;
        var search = new LabelSearch(problem, floor, cancellationToken) { OnCheck = OnCheck };
        if (!search.Fits)
        {
            throw new ChoiceTable(request).Refusal();
        }

        long bound = search.Bound;
        for (int width = Math.Min(FirstLabels, Labels); bound > search.BestValue; width = Math.Min(width * Widening, Labels))
        {
            bound = Math.Min(bound, search.Run(Math.Min(width, search.MaxWidth)));
            if (width >= Labels || width >= search.MaxWidth)
            {
                break;
            }
        }

        if (search.Best is null)
        {
            return null;
        }

        SelectionResult result = SelectionResult.Create(request, search.Best);
        double upperBound = ToObjective(request, problem, Math.Max(bound, search.BestValue));
        return result with { Certificate = result.Certificate with { UpperBound = Math.Max(upperBound, result.Certificate.Objective) } };
    }

    /// <summary>Converts a bound in units. Adds one unit per step, because each value was rounded by at most half a unit, in the best selection and in any other.</summary>
    private static double ToObjective(SelectionRequest request, SelectionProblem problem, long bound) =>
        request.Importance.Unscale(problem.ToImportance(bound + problem.Steps.Length));
}
