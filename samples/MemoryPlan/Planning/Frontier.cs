using System.Collections.Immutable;
using Ftte.Samples.Shared;
using Ftte.Selection;

namespace MemoryPlan.Planning;

/// <summary>Represents the result of a selector within a budget.</summary>
/// <param name="Selector">The selector's name.</param>
/// <param name="BudgetBytes">The memory budget.</param>
/// <param name="ObjectiveShare">The sum of importance, as a share of the total importance.</param>
internal sealed record FrontierPoint(string Selector, long BudgetBytes, double ObjectiveShare);

/// <summary>Represents the results of all selectors over memory budgets.</summary>
/// <param name="Points">The points by selector; there is no point if a selector finds no selection.</param>
/// <param name="IsComplete">True if all budgets were evaluated; false if the run was canceled.</param>
internal sealed record Frontier(ImmutableArray<FrontierPoint> Points, bool IsComplete)
{
    private const int BudgetCount = 16;

    /// <summary>Returns budgets in equal ratios, from the minimum feasible budget to that of training all parameters, and the budget of the options if it lies between.</summary>
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

    /// <summary>Runs every selector with every budget.</summary>
    /// <param name="problem">The planning problem.</param>
    /// <param name="selectors">The selectors.</param>
    /// <param name="report">Receives the share that is done, and the name of the selector.</param>
    /// <param name="cancellationToken">Cancels the runs; results so far are returned.</param>
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
