using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Finds the micro-batch size with the best selection within a memory budget.</summary>
/// <remarks>
/// With an <see cref="ExactSelector"/>, the sizes are tried in descending order of their upper bounds. A size is skipped if its upper bound does not exceed the
/// best known objective, and the search for a size ends as soon as it cannot find a better selection. The result is the same as if all sizes were tried. If
/// objectives are equal, the larger size is returned.
/// </remarks>
/// <param name="budget">The maximum peak of a plan, in bytes.</param>
/// <param name="importance">The importance of each block.</param>
/// <param name="selector">The selector.</param>
/// <param name="createPlan">Creates the plan of a selection.</param>
internal sealed class PlanSearch(long budget, BlockImportance importance, IParameterSelector selector, Func<ParameterSelection, EngineOptions, TrainingPlan> createPlan)
{
    /// <summary>The share below which two objectives are considered equal.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>Gets the number of calls of the selector.</summary>
    public int Selections { get; private set; }

    /// <summary>Finds the plan with the highest objective.</summary>
    /// <exception cref="BudgetTooSmallException">No selection fits with any micro-batch size.</exception>
    public FittedPlan Find(IEnumerable<MicroBatchCandidate> candidates, CancellationToken cancellationToken)
    {
        FittedPlan? best = null;
        int bestRank = int.MaxValue;
        double bestObjective = -1;
        long required = long.MaxValue;
        List<(double Bound, MicroBatchCandidate Candidate)> bounded = [];
        foreach (MicroBatchCandidate candidate in candidates)
        {
            Try(() => bounded.Add((Bound(candidate, cancellationToken), candidate)));
        }

        foreach ((double bound, MicroBatchCandidate candidate) in bounded.OrderByDescending(b => b.Bound).ThenBy(b => b.Candidate.Rank))
        {
            cancellationToken.ThrowIfCancellationRequested();

            // An equal objective is better if the micro-batch is larger.
            double above = best is null ? -1 : bestObjective * (candidate.Rank < bestRank ? 1 - Tolerance : 1 + Tolerance);
            if (bound > above)
            {
                Try(() =>
                {
                    if (Choose(candidate, above, cancellationToken) is { } better)
                    {
                        (best, bestRank, bestObjective) = (better, candidate.Rank, Math.Max(bestObjective, better.Chosen!.Certificate.Objective));
                    }
                });
            }
        }

        return best ?? throw new BudgetTooSmallException(budget, required);

        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (BudgetTooSmallException refusal)
            {
                required = Math.Min(required, refusal.Required);
            }
        }
    }

    private double Bound(MicroBatchCandidate candidate, CancellationToken cancellationToken) => selector is ExactSelector
        ? ExactSelector.ComputeUpperBound(new SelectionRequest(candidate.Profile, importance, budget), cancellationToken)
        : double.PositiveInfinity;

    /// <summary>Selects within the budget. If gaps between tensors make the plan larger than the budget, selects again with the budget reduced by the excess.</summary>
    /// <returns>The plan; null if no selection exceeds the objective.</returns>
    private FittedPlan? Choose(MicroBatchCandidate candidate, double above, CancellationToken cancellationToken)
    {
        for (long reducedBudget = budget; ;)
        {
            SelectionResult? chosen = Select(new SelectionRequest(candidate.Profile, importance, reducedBudget), above, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (chosen is null)
            {
                return null;
            }

            TrainingPlan plan = createPlan(chosen.Selection, candidate.Engine);
            if (plan.PeakBytes <= budget)
            {
                return new FittedPlan(plan, candidate.Engine, chosen);
            }

            reducedBudget -= plan.PeakBytes - budget;
            if (reducedBudget < 0)
            {
                throw new BudgetTooSmallException(budget, plan.PeakBytes);
            }
        }
    }

    private SelectionResult? Select(SelectionRequest request, double above, CancellationToken cancellationToken)
    {
        Selections++;
        if (selector is ExactSelector exact)
        {
            return exact.SelectAbove(request, above, cancellationToken);
        }

        SelectionResult result = selector.Select(request, cancellationToken);
        return result.Certificate.Objective > above ? result : null;
    }
}
