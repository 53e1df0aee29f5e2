namespace Ftte;

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

    private readonly SelectionProblem _problem;
    private readonly List<Offer>[] _offers;
    private readonly (ConstraintWeights Weights, CompletionTable Table)[] _bounds;

    public CompletionBound(SelectionProblem problem)
    {
        _problem = problem;
        _offers = [.. Enumerable.Range(0, problem.Steps.Length).Select(OffersOf)];
        _bounds = [.. FindWeights().Distinct().Select(w => (w, new CompletionTable(_offers, w, Cells)))];
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

    /// <summary>Lists what a step may do: nothing or a choice, while an earlier step is trained, and a choice as the first of all.</summary>
    private List<Offer> OffersOf(int t)
    {
        SelectionProblem.Step step = _problem.Steps[t];
        var nothing = SelectionProblem.Option.Nothing with { Saved = step.PassThrough };
        var offers = new List<Offer> { Make(nothing, default(SuffixCost).After(step, nothing), goesOn: true) };
        foreach (SelectionProblem.Option option in step.Options)
        {
            offers.Add(Make(option, default(SuffixCost).After(step, option), goesOn: true));
            offers.Add(Make(option, default(SuffixCost).Cut(step, option), goesOn: false));
        }

        return offers;

        Offer Make(SelectionProblem.Option option, SuffixCost alone, bool goesOn) => new(option, alone, goesOn, _problem.Fits(alone));
    }

    private IEnumerable<ConstraintWeights> FindWeights()
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

        (ConstraintWeights best, CompletionTable table) = pure.Select(w => (w, new CompletionTable(_offers, w, CoarseCells))).MinBy(w => w.Item2.Root);
        ConstraintWeights second = best;
        double share = 0.25;
        for (int attempt = 0; attempt < Attempts && table.BestFromTheEnd() is { } relaxed && FindBroken(relaxed) is { } broken; attempt++)
        {
            ConstraintWeights shifted = best.Shift(share, broken);
            var shiftedTable = new CompletionTable(_offers, shifted, CoarseCells);
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
