namespace Ftte.Selection;

/// <summary>Finds the best selection that keeps the budgets, and proves it. The default.</summary>
/// <remarks>
/// <para>TTE (arXiv 2206.15472) and FTTE (arXiv 2510.03165) search genetically; the problem is a multiple-choice knapsack whose weight is a peak over
/// time, and has an exact solution. All cuts are searched at once, from the last step to the first: what the moments so far need on top of what
/// earlier steps keep is one number, see <c>docs/memory-model.md</c>. Bytes are exact, not rounded; worth is rounded to 2^-50 of what everything is worth, so that
/// sums do not depend on their order.</para>
/// <para>The search widens until nothing that might be better was left out. Should even <see cref="MaxLabels"/> sets of choices per step not suffice, the result
/// is the best one found, and <see cref="SelectionCertificate.UpperBound"/> says how much better any other could be.</para>
/// <para>Memory and work of the search are limited: about 330 MiB and 2^25 extended sets per search, of which there are up to three, each wider than the last. On networks of hundreds of layers fewer than <see cref="MaxLabels"/> sets are kept,
/// so the bound may be looser there.</para>
/// <para>Never exceeds a budget; refuses exactly when nothing fits. Deterministic; keeps nothing between calls and may be shared between threads.</para>
/// </remarks>
public sealed class ExactSelector : IParameterSelector
{
    /// <summary>The most sets of choices that the search can keep for each step.</summary>
    public const int MaxLabels = 1 << 15;

    /// <summary>A narrow search finds a good selection quickly; with it, a wider one can leave out nearly everything.</summary>
    private const int FirstLabels = 1 << 7;

    /// <summary>Each search is so many times as wide as the one before.</summary>
    private const int Widening = 1 << 4;

    /// <summary>Gets the most sets of choices that the search keeps for each step, from 1 to <see cref="MaxLabels"/>. With fewer it ends sooner where it cannot prove
    /// the optimum, and states a larger gap.</summary>
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

    /// <summary>Gets what is called before every check of the token in a search.</summary>
    internal Action? OnCheck { get; init; }

    /// <summary>Bounds what any selection within the budgets is worth, without a search for one.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>What no selection is worth more than; usually a few percent above <see cref="SelectionCertificate.UpperBound"/>.</returns>
    /// <exception cref="BudgetTooSmallException">Nothing fits.</exception>
    public static double ComputeUpperBound(SelectionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        var problem = new SelectionProblem(request);
        var search = new LabelSearch(problem, floor: -1, cancellationToken);
        return search.Fits ? ToWorth(request, problem, search.Bound) : throw new ChoiceTable(request).Refusal();
    }

    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default) => Search(request, null, cancellationToken)!;

    /// <summary>Chooses the best selection if it is worth more than is known already, and ends early if it is not.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="objective">What is known already, such as the objective of another selection; not NaN.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The selection; null if none was found that is worth more by at least the rounding of worth.</returns>
    /// <exception cref="BudgetTooSmallException">Nothing fits.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The objective is not a number.</exception>
    public SelectionResult? SelectAbove(SelectionRequest request, double objective, CancellationToken cancellationToken = default) =>
        double.IsNaN(objective)
            ? throw new ArgumentOutOfRangeException(nameof(objective), objective, "The objective must be a number; use Select to accept any.")
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
        for (int width = Math.Min(FirstLabels, Labels); bound > search.BestWorth; width = Math.Min(width * Widening, Labels))
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
        double upperBound = ToWorth(request, problem, Math.Max(bound, search.BestWorth));
        return result with { Certificate = result.Certificate with { UpperBound = Math.Max(upperBound, result.Certificate.Objective) } };
    }

    /// <summary>Converts a bound in units. Each step's worth was rounded by half a unit at most, in the best selection as in any other.</summary>
    private static double ToWorth(SelectionRequest request, SelectionProblem problem, long bound) =>
        request.Importance.Unscale(problem.ToWorth(bound + problem.Steps.Length));
}
