namespace Ftte.Selection;

/// <summary>Finds the best selection that keeps the budgets, and proves it. The default.</summary>
/// <remarks>
/// <para>TTE (arXiv 2206.15472) and FTTE (arXiv 2510.03165) search genetically; the problem is a multiple-choice knapsack whose weight is a peak over
/// time, and has an exact solution. All cuts are searched at once, from the last step to the first: what the moments so far need on top of what
/// earlier steps keep is one number, see <c>docs/memory-model.md</c>. Bytes are exact, not rounded; worth is rounded to 2^-50 of what everything is worth, so that
/// sums do not depend on their order.</para>
/// <para>The search widens until nothing that might be better was left out. Should even <see cref="MaxLabels"/> sets of choices per step not suffice, the result
/// is the best one found, and <see cref="SelectionCertificate.UpperBound"/> says how much better any other could be.</para>
/// <para>Memory and work of the search are limited: about 300 MiB and 2^25 extended sets. On networks of hundreds of layers fewer than <see cref="MaxLabels"/> sets are kept,
/// so the bound may be looser there.</para>
/// <para>Never exceeds a budget; refuses exactly when nothing fits. Deterministic; keeps nothing between calls and may be shared between threads.</para>
/// </remarks>
public sealed class ExactSelector : IParameterSelector
{
    /// <summary>The most sets of choices that the search keeps for each step.</summary>
    public const int MaxLabels = 1 << 15;

    /// <summary>A narrow search finds a good selection quickly; with it, the wide one can leave out nearly everything.</summary>
    private const int FirstLabels = 1 << 7;

    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        (int[]? choices, double bound) = Solve(request, cancellationToken);
        SelectionResult result = SelectionResult.Create(request, choices ?? throw new ChoiceTable(request).Refusal());
        return result with { Certificate = result.Certificate with { UpperBound = Math.Max(bound, result.Certificate.Objective) } };
    }

    /// <summary>Bounds what any selection within the budgets is worth.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The best choices found, null if nothing fits; and what nothing is worth more than.</returns>
    private static (int[]? Choices, double UpperBound) Solve(SelectionRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var problem = new SelectionProblem(request);
        var search = new LabelSearch(problem, cancellationToken);
        long bound = long.MaxValue;
        for (int width = FirstLabels; search.Best is not null && width <= MaxLabels; width *= MaxLabels / FirstLabels)
        {
            bound = Math.Min(bound, search.Run(Math.Min(width, search.MaxWidth)));
            if (bound <= search.BestWorth || width >= search.MaxWidth)
            {
                break;
            }
        }

        // Each step's worth was rounded by half a unit at most, in the best selection as in any other.
        return (search.Best, search.Best is null ? 0 : request.Importance.Unscale(problem.ToWorth(Math.Max(bound, search.BestWorth) + problem.Steps.Length)));
    }
}
