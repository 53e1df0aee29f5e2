namespace Ftte.Selection;

/// <summary>Bounds what the steps before one can still add: never too low, so that a search may drop what cannot win.</summary>
/// <remarks>
/// Each bound is a <see cref="CompletionTable"/> of a weighted sum of all constraints (<see cref="ConstraintWeights"/>); the least of them bounds best. Good
/// weights are found by moving weight, again and again, to the constraint that the best solution under the latest sum breaks most: a surrogate dual.
/// </remarks>
internal sealed class CompletionBound
{
    private const int Attempts = 12;
    private const int CoarseCells = 1024;
    private const int Cells = 8192;
    private const int MinCells = 64;

    /// <summary>All tables together hold at most this many numbers: 64 MiB.</summary>
    private const int MaxNumbers = 1 << 23;

    private readonly SelectionProblem _problem;
    private readonly List<Offer>[] _offers;
    private readonly (ConstraintWeights Weights, CompletionTable Table)[] _bounds;

    public CompletionBound(SelectionProblem problem, CancellationToken cancellationToken)
    {
        _problem = problem;
        _offers = MakeOffers();
        ConstraintWeights[] weights = [.. FindWeights(cancellationToken).Distinct()];
        int cells = Math.Clamp(MaxNumbers / weights.Length / (problem.Steps.Length - problem.FirstCut + 1), MinCells, Cells);
        _bounds = [.. weights.Select(w => (w, new CompletionTable(_offers, problem.FirstCut, w, cells, cancellationToken)))];
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

    /// <summary>Lists what each step may do: nothing or a choice, while an earlier step is trained, and a choice as the first of all.</summary>
    /// <remarks>What does not fit with nothing else trained is left out: weighted sums of what is left stay within a few times the weighted budget.</remarks>
    private List<Offer>[] MakeOffers()
    {
        var offers = new List<Offer>[_problem.Steps.Length];
        for (int t = 0; t < offers.Length; t++)
        {
            SelectionProblem.Step step = _problem.Steps[t];
            var nothing = SelectionProblem.Option.Nothing with { Saved = step.PassThrough };
            offers[t] = t > _problem.FirstCut ? [new Offer(nothing, default(SuffixCost).After(step, nothing), GoesOn: true)] : [];
            for (int i = 0; i < step.Options.Length; i++)
            {
                SelectionProblem.Option option = step.Options[i];
                if (_problem.CanContinue[t][i])
                {
                    offers[t].Add(new Offer(option, default(SuffixCost).After(step, option), GoesOn: true));
                }

                if (_problem.CanBeCut[t][i])
                {
                    offers[t].Add(new Offer(option, default(SuffixCost).Cut(step, option), GoesOn: false));
                }
            }
        }

        return offers;
    }

    private List<ConstraintWeights> FindWeights(CancellationToken cancellationToken)
    {
        int steps = _problem.Steps.Length;
        var before = new ConstraintWeights(_problem);
        List<ConstraintWeights> pure = [before, before.Shift(1, new Constraint(ConstraintKind.Backward, steps - 1))];
        if (_problem.Payload < long.MaxValue)
        {
            pure.Add(before.Shift(1, new Constraint(ConstraintKind.Payload)));
        }

        if (_problem.Compute < long.MaxValue)
        {
            pure.Add(before.Shift(1, new Constraint(ConstraintKind.Compute)));
        }

        (ConstraintWeights best, CompletionTable table) = pure.Select(w => (w, MakeCoarse(w))).MinBy(w => w.Item2.Root);
        ConstraintWeights second = best;
        double share = 0.25;
        for (int attempt = 0; attempt < Attempts && table.BestFromTheEnd() is { } relaxed && FindBroken(relaxed) is { } broken; attempt++)
        {
            ConstraintWeights shifted = best.Shift(share, broken);
            var shiftedTable = MakeCoarse(shifted);
            if (shiftedTable.Root < table.Root)
            {
                (second, best, table) = (best, shifted, shiftedTable);
            }
            else
            {
                share /= 2;
            }
        }

        // Far from the end a single constraint may bound better than the sum that is best there.
        return [best, second, .. pure];

        CompletionTable MakeCoarse(ConstraintWeights weights) => new(_offers, _problem.FirstCut, weights, CoarseCells, cancellationToken);
    }

    /// <summary>Finds the constraint that a solution breaks most, in proportion to its budget, if it breaks any.</summary>
    /// <param name="offers">What is done from the last step to the cut.</param>
    private Constraint? FindBroken(List<Offer> offers)
    {
        int cut = _problem.Steps.Length - offers.Count;
        long held = offers.Sum(o => o.Option.Persistent);
        Constraint worst = default;
        double most = 0;
        See(held + _problem.Steps[cut].BeforeCut, _problem.Memory, new Constraint(ConstraintKind.BeforeCut));
        See(offers.Sum(o => o.Option.Payload), _problem.Payload, new Constraint(ConstraintKind.Payload));
        See(offers.Sum(o => o.Alone.Compute), _problem.Compute, new Constraint(ConstraintKind.Compute));
        for (int t = cut; t < _problem.Steps.Length; t++)
        {
            SelectionProblem.Step step = _problem.Steps[t];
            SelectionProblem.Option option = offers[_problem.Steps.Length - 1 - t].Option;
            See(held + step.Forward, _problem.Memory, new Constraint(ConstraintKind.Forward, t));
            held += option.Saved;
            See(held + option.Workspace + (t > cut ? step.Backward : step.BackwardAtCut), _problem.Memory, new Constraint(ConstraintKind.Backward, t));
        }

        return most > 1 ? worst : null;

        void See(long taken, long budget, Constraint constraint)
        {
            double share = (double)taken / Math.Max(1, budget);
            if (taken > budget && share > most)
            {
                (most, worst) = (Math.Max(share, Math.BitIncrement(1.0)), constraint);
            }
        }
    }
}
