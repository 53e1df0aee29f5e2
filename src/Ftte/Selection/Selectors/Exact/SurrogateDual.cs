namespace Ftte.Selection;

/// <summary>Solves a surrogate dual approximately: finds weights for which the weighted sum of all constraints gives a tight upper bound on the value of every selection.</summary>
/// <remarks>Each iteration moves weight to the constraint that the optimal solution under the best sum so far violates most, and keeps the change if the bound improves.</remarks>
internal sealed class SurrogateDual
{
    private const int Attempts = 12;
    private const int CoarseCells = 1024;

    private readonly SelectionProblem _problem;

    public SurrogateDual(SelectionProblem problem, CancellationToken cancellationToken)
    {
        _problem = problem;
        Options = CreateOptions();
        Weights = FindWeights(cancellationToken);
    }

    /// <summary>Gets the options of each step.</summary>
    public List<StepOption>[] Options { get; }

    /// <summary>Gets the weights, the best first.</summary>
    public ConstraintWeights[] Weights { get; }

    /// <summary>Gets the upper bound on the value of every selection, in units; negative if nothing fits.</summary>
    public long Bound { get; private set; }

    /// <summary>Lists the options of each step: no choice or a choice while an earlier step is trained, and a choice as the first trained step.</summary>
    /// <remarks>Options that do not fit even if nothing else is trained are omitted. Therefore, weighted sums of the remaining costs are at most a few times the weighted budget.</remarks>
    private List<StepOption>[] CreateOptions()
    {
        var options = new List<StepOption>[_problem.Steps.Length];
        for (int t = 0; t < options.Length; t++)
        {
            SelectionProblem.Step step = _problem.Steps[t];
            var nothing = SelectionProblem.Option.Nothing with { Saved = step.PassThrough };
            options[t] = t > _problem.FirstCut ? [new StepOption(nothing, default(SuffixCost).After(step, nothing), Continues: true)] : [];
            for (int i = 0; i < step.Options.Length; i++)
            {
                SelectionProblem.Option option = step.Options[i];
                if (_problem.CanContinue[t][i])
                {
                    options[t].Add(new StepOption(option, default(SuffixCost).After(step, option), Continues: true));
                }

                if (_problem.CanBeCut[t][i])
                {
                    options[t].Add(new StepOption(option, default(SuffixCost).Cut(step, option), Continues: false));
                }
            }
        }

        return options;
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

        (ConstraintWeights best, CompletionTable table) = pure.Select(w => (w, CreateTable(w))).MinBy(w => w.Item2.Root);
        ConstraintWeights second = best;
        double share = 0.25;
        for (int attempt = 0; attempt < Attempts && table.FindBest() is { } relaxed && FindMostViolated(relaxed) is { } violated; attempt++)
        {
            ConstraintWeights shifted = best.Shift(share, violated);
            var shiftedTable = CreateTable(shifted);
            if (shiftedTable.Root < table.Root)
            {
                (second, best, table) = (best, shifted, shiftedTable);
            }
            else
            {
                share /= 2;
            }
        }

        Bound = Math.Min(table.Root, CreateTable(best, CompletionPrice.Find(Options, _problem.FirstCut, best)).Root);

        // In early steps, a single constraint may give a tighter bound than the sum that is best for the whole problem.
        return [.. new[] { best, second }.Concat(pure).Distinct()];

        CompletionTable CreateTable(ConstraintWeights weights, CompletionPrice price = default) => new(Options, _problem.FirstCut, weights, price, CoarseCells, cancellationToken);
    }

    /// <summary>Finds the constraint that a solution violates most, relative to its budget; null if it violates none.</summary>
    /// <param name="options">The options of the solution, from the last step to the cut.</param>
    private Constraint? FindMostViolated(List<StepOption> options)
    {
        int cut = _problem.Steps.Length - options.Count;
        long held = options.Sum(o => o.Option.Persistent);
        Constraint worst = default;
        double maxShare = 0;
        Compare(held + _problem.Steps[cut].BeforeCut, _problem.Memory, new Constraint(ConstraintKind.BeforeCut));
        Compare(options.Sum(o => o.Option.Payload), _problem.Payload, new Constraint(ConstraintKind.Payload));
        Compare(options.Sum(o => o.Cost.Compute), _problem.Compute, new Constraint(ConstraintKind.Compute));
        for (int t = cut; t < _problem.Steps.Length; t++)
        {
            SelectionProblem.Step step = _problem.Steps[t];
            SelectionProblem.Option option = options[_problem.Steps.Length - 1 - t].Option;
            Compare(held + step.Forward, _problem.Memory, new Constraint(ConstraintKind.Forward, t));
            held += option.Saved;
            Compare(held + option.Workspace + (t > cut ? step.Backward : step.BackwardAtCut), _problem.Memory, new Constraint(ConstraintKind.Backward, t));
        }

        return maxShare > 1 ? worst : null;

        void Compare(long used, long budget, Constraint constraint)
        {
            double share = (double)used / Math.Max(1, budget);
            if (used > budget && share > maxShare)
            {
                (maxShare, worst) = (Math.Max(share, Math.BitIncrement(1.0)), constraint);
            }
        }
    }
}
