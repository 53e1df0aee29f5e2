using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Finds of several micro-batch sizes the one with the best selection within a memory budget.</summary>
/// <remarks>
/// With an <see cref="ExactSelector"/> the sizes come in the order of what a selection can be worth at most, and a size is left out if that is no more than what was
/// found already; a search ends as soon as it cannot find anything better. The result is the same as of trying all, the larger size of equals.
/// </remarks>
/// <param name="budget">The most bytes that a plan may take.</param>
/// <param name="importance">What training each block is worth.</param>
/// <param name="selector">What chooses.</param>
/// <param name="makePlan">Plans a selection.</param>
internal sealed class PlanSearch(long budget, BlockImportance importance, IParameterSelector selector, Func<ParameterSelection, EngineOptions, TrainingPlan> makePlan)
{
    /// <summary>Worth that differs by less than this share is equal.</summary>
    private const double Equal = 1e-9;

    /// <summary>Gets how often the selector was called.</summary>
    public int Selections { get; private set; }

    /// <exception cref="BudgetTooSmallException">No selection fits with any micro-batch size.</exception>
    public FittedPlan Find(IEnumerable<MicroBatchCandidate> candidates, CancellationToken cancellationToken)
    {
        FittedPlan? best = null;
        int bestRank = int.MaxValue;
        double most = -1;
        long required = long.MaxValue;
        List<(double Bound, MicroBatchCandidate Candidate)> bounded = [];
        foreach (MicroBatchCandidate candidate in candidates)
        {
            Try(() => bounded.Add((Bound(candidate, cancellationToken), candidate)));
        }

        foreach ((double bound, MicroBatchCandidate candidate) in bounded.OrderByDescending(b => b.Bound).ThenBy(b => b.Candidate.Rank))
        {
            cancellationToken.ThrowIfCancellationRequested();

            // An equal one counts if its micro-batch is larger.
            double above = best is null ? -1 : most * (candidate.Rank < bestRank ? 1 - Equal : 1 + Equal);
            if (bound > above)
            {
                Try(() =>
                {
                    if (Choose(candidate, above, cancellationToken) is { } better)
                    {
                        (best, bestRank, most) = (better, candidate.Rank, Math.Max(most, better.Chosen!.Certificate.Objective));
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

    /// <summary>Selects within the budget; where gaps between tensors make the plan larger than the profile says, with that much less.</summary>
    /// <returns>The plan; null if none is worth more than what is known.</returns>
    private FittedPlan? Choose(MicroBatchCandidate candidate, double above, CancellationToken cancellationToken)
    {
        for (long aim = budget; ;)
        {
            SelectionResult? chosen = Select(new SelectionRequest(candidate.Profile, importance, aim), above, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (chosen is null)
            {
                return null;
            }

            TrainingPlan plan = makePlan(chosen.Selection, candidate.Engine);
            if (plan.PeakBytes <= budget)
            {
                return new FittedPlan(plan, candidate.Engine, chosen);
            }

            aim -= plan.PeakBytes - budget;
            if (aim < 0)
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
