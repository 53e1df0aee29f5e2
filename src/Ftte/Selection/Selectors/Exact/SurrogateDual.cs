namespace Ftte.Selection;

/// <summary>Finds weights under which the sum of all constraints bounds the worth of every selection well: a surrogate dual.</summary>
/// <remarks>Weight is moved, again and again, to the constraint that the best solution under the latest sum breaks most.</remarks>
internal sealed class SurrogateDual
{
    private const int Attempts = 12;
    private const int CoarseCells = 1024;

    private readonly SelectionProblem _problem;

    public SurrogateDual(SelectionProblem problem, CancellationToken cancellationToken)
    {
        _problem = problem;
        Offers = MakeOffers();
        Weights = FindWeights(cancellationToken);
    }

    /// <summary>Gets what each step may do.</summary>
    public List<Offer>[] Offers { get; }

    /// <summary>Gets the weights that were found, the best first.</summary>
    public ConstraintWeights[] Weights { get; }

    /// <summary>Gets what no selection is worth more than, in units; negative if nothing fits.</summary>
    public long Bound { get; private set; }

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

    private ConstraintWeights[] FindWeights(CancellationToken cancellationToken)
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
        Bound = Math.Min(table.Root, MakeCoarse(best, CompletionPrice.Find(Offers, _problem.FirstCut, best)).Root);
        return [.. new[] { best, second }.Concat(pure).Distinct()];

        CompletionTable MakeCoarse(ConstraintWeights weights, CompletionPrice price = default) => new(Offers, _problem.FirstCut, weights, price, CoarseCells, cancellationToken);
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
