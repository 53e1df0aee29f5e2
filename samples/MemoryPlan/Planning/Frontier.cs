using System.Collections.Immutable;
using Ftte.Samples.Shared;
using Ftte.Selection;

namespace MemoryPlan.Planning;

/// <summary>What a selector reaches within a budget.</summary>
/// <param name="Selector">The selector's name.</param>
/// <param name="BudgetBytes">The memory budget.</param>
/// <param name="ObjectiveShare">The summed importance, as a share of what training everything is worth.</param>
internal sealed record FrontierPoint(string Selector, long BudgetBytes, double ObjectiveShare);

/// <summary>What every selector reaches with less and more memory.</summary>
/// <param name="Points">The points, selector by selector; none where a selector finds nothing.</param>
/// <param name="IsComplete">Whether all budgets were tried, not stopped before.</param>
internal sealed record Frontier(ImmutableArray<FrontierPoint> Points, bool IsComplete)
{
    private const int BudgetCount = 16;

    /// <summary>Lists budgets in equal ratios from the smallest in which anything fits to that of everything, and the user's own if it lies between.</summary>
    public static ImmutableArray<long> Budgets(PlanningProblem problem)
    {
        long last = problem.EverythingBytes, first = Math.Min(problem.SmallestBytes ?? last, last);
        double ratio = Math.Pow((double)last / first, 1.0 / (BudgetCount - 1));
        var budgets = new SortedSet<long>(Enumerable.Range(0, BudgetCount).Select(i => (long)Math.Ceiling(first * Math.Pow(ratio, i)))) { last };
        budgets.RemoveWhere(bytes => bytes > last);
        if (problem.Request.MemoryBudgetBytes is var own && own >= first && own <= last)
        {
            budgets.Add(own);
        }

        return [.. budgets];
    }

    /// <summary>Asks every selector at every budget.</summary>
    /// <param name="problem">What is to be planned.</param>
    /// <param name="selectors">The selectors.</param>
    /// <param name="report">Told the share that is done, and of which selector.</param>
    /// <param name="cancellationToken">Stops; what there is until then is given.</param>
    public static Frontier Compute(
        PlanningProblem problem, IReadOnlyList<NamedSelector> selectors, Action<double, string> report, CancellationToken cancellationToken)
    {
        var points = ImmutableArray.CreateBuilder<FrontierPoint>();
        ImmutableArray<long> budgets = Budgets(problem);
        int done = 0;
        foreach (NamedSelector selector in selectors)
        {
            foreach (long budget in budgets)
            {
                try
                {
                    if (Reach(problem, selector, budget, cancellationToken) is { } share)
                    {
                        points.Add(new FrontierPoint(selector.Name, budget, share));
                    }
                }
                catch (OperationCanceledException)
                {
                    return new Frontier(points.ToImmutable(), IsComplete: false);
                }

                report(++done / (double)(selectors.Count * budgets.Length), selector.Name);
            }
        }

        return new Frontier(points.ToImmutable(), IsComplete: true);
    }

    private static double? Reach(PlanningProblem problem, NamedSelector selector, long budget, CancellationToken cancellationToken)
    {
        try
        {
            SelectionResult result = Interruptible.Run(
                () => selector.Selector.Select(problem.Request with { MemoryBudgetBytes = budget }), cancellationToken);
            return problem.Share(result.Certificate.Objective);
        }
        catch (BudgetTooSmallException)
        {
            return null;
        }
    }
}
