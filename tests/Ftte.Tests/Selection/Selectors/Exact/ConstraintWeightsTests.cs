using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>Weighted sums of constraints, against what each constraint limits.</summary>
public class ConstraintWeightsTests
{
    private const long TotalWeight = 1 << 12;

    [Fact]
    public void A_constraint_with_all_weight_counts_what_it_limits()
    {
        foreach (SelectionProblem problem in Problems())
        {
            foreach (Constraint constraint in Constraints(problem))
            {
                ConstraintWeights weights = new ConstraintWeights(problem).Shift(1, constraint);
                long budget = BudgetOf(problem, constraint);
                long unit = IsMemory(constraint) ? TotalWeight : (long)(TotalWeight * ((double)problem.Memory / Math.Max(1, budget)));
                Assert.Equal(unit * budget, weights.Budget);
                foreach (int[] choices in Choices(problem))
                {
                    int cut = Array.FindIndex(choices, c => c >= 0);
                    long sum = weights.CostOf(cut, OptionOf(problem, choices, cut, continues: false)).Required;
                    for (int t = cut + 1; t < choices.Length; t++)
                    {
                        sum += weights.CostOf(t, OptionOf(problem, choices, t, continues: true)).Cost;
                    }

                    Assert.Equal(unit * Use(problem, choices, cut, constraint), sum);
                    for (int t = cut + 1; t < choices.Length; t++)
                    {
                        SuffixCost suffix = CostFrom(problem, choices, t);
                        long use = constraint.Kind switch
                        {
                            ConstraintKind.Payload => suffix.Payload,
                            ConstraintKind.Compute => suffix.Compute,
                            _ => IsMemory(constraint) && constraint.Kind != ConstraintKind.BeforeCut && constraint.Step >= t ? suffix.Need : suffix.Held,
                        };
                        Assert.Equal(unit * use, weights.Sum(t, suffix));
                    }
                }
            }
        }
    }

    [Fact]
    public void Shifting_a_share_takes_it_from_the_other_constraints()
    {
        foreach (SelectionProblem problem in Problems())
        {
            Constraint[] constraints = [.. Constraints(problem)];
            for (int i = 1; i < constraints.Length; i++)
            {
                ConstraintWeights from = new ConstraintWeights(problem).Shift(1, constraints[i - 1]), to = new ConstraintWeights(problem).Shift(1, constraints[i]);
                ConstraintWeights mixed = from.Shift(0.25, constraints[i]);
                foreach (int[] choices in Choices(problem))
                {
                    int cut = Array.FindIndex(choices, c => c >= 0);
                    StepOption option = OptionOf(problem, choices, cut, continues: false);
                    AssertMixed(from.CostOf(cut, option).Required, to.CostOf(cut, option).Required, mixed.CostOf(cut, option).Required);
                }

                AssertMixed(from.Budget, to.Budget, mixed.Budget);
            }
        }

        // The weights of payload and compute are rounded down, by less than a unit each.
        static void AssertMixed(long from, long to, long mixed) => Assert.InRange(mixed, (0.75 * from) + (0.25 * to) - 2000, (0.75 * from) + (0.25 * to));
    }

    private static IEnumerable<SelectionProblem> Problems() => Enumerable.Range(0, 40)
        .Select(seed => new SelectionProblem(WideProfiles.Request(new Random(seed), maxSteps: 4)))
        .Where(problem => problem.FirstCut < problem.Steps.Length);

    private static IEnumerable<Constraint> Constraints(SelectionProblem problem)
    {
        yield return new Constraint(ConstraintKind.BeforeCut);
        for (int t = 0; t < problem.Steps.Length; t++)
        {
            yield return new Constraint(ConstraintKind.Forward, t);
            yield return new Constraint(ConstraintKind.Backward, t);
        }

        if (problem.Payload < long.MaxValue)
        {
            yield return new Constraint(ConstraintKind.Payload);
        }

        if (problem.Compute < long.MaxValue)
        {
            yield return new Constraint(ConstraintKind.Compute);
        }
    }

    /// <summary>Returns sets of choices: the first, the last or no choice of each step.</summary>
    private static IEnumerable<int[]> Choices(SelectionProblem problem)
    {
        int steps = problem.Steps.Length;
        for (int number = 0; number < Math.Pow(3, steps); number++)
        {
            int[] choices = new int[steps];
            int rest = number;
            for (int t = 0; t < steps; t++, rest /= 3)
            {
                int count = problem.Steps[t].Options.Length;
                choices[t] = count == 0 || rest % 3 == 0 ? -1 : rest % 3 == 1 ? 0 : count - 1;
            }

            if (choices.Any(c => c >= 0))
            {
                yield return choices;
            }
        }
    }

    private static bool IsMemory(Constraint constraint) => constraint.Kind is ConstraintKind.BeforeCut or ConstraintKind.Forward or ConstraintKind.Backward;

    private static long BudgetOf(SelectionProblem problem, Constraint constraint) =>
        IsMemory(constraint) ? problem.Memory : constraint.Kind == ConstraintKind.Payload ? problem.Payload : problem.Compute;

    private static SelectionProblem.Option ChoiceOf(SelectionProblem problem, int[] choices, int t) =>
        choices[t] < 0 ? SelectionProblem.Option.Nothing with { Saved = problem.Steps[t].PassThrough } : problem.Steps[t].Options[choices[t]];

    private static StepOption OptionOf(SelectionProblem problem, int[] choices, int t, bool continues)
    {
        SelectionProblem.Option option = ChoiceOf(problem, choices, t);
        return new StepOption(option, continues ? default(SuffixCost).After(problem.Steps[t], option) : default(SuffixCost).Cut(problem.Steps[t], option), continues);
    }

    private static SuffixCost CostFrom(SelectionProblem problem, int[] choices, int step)
    {
        SuffixCost cost = default;
        for (int t = choices.Length - 1; t >= step; t--)
        {
            cost = cost.After(problem.Steps[t], ChoiceOf(problem, choices, t));
        }

        return cost;
    }

    /// <summary>Returns how much of what a constraint limits a set of choices uses, as the memory model counts it.</summary>
    private static long Use(SelectionProblem problem, int[] choices, int cut, Constraint constraint)
    {
        SelectionProblem.Option[] options = [.. choices.Select((_, t) => ChoiceOf(problem, choices, t))];
        long held = options.Skip(cut).Sum(o => o.Persistent);
        switch (constraint.Kind)
        {
            case ConstraintKind.Payload:
                return options.Skip(cut).Sum(o => o.Payload);
            case ConstraintKind.Compute:
                return options.Skip(cut).Sum(o => o.Compute) + problem.Steps.Skip(cut + 1).Sum(s => s.InputGradient);
            case ConstraintKind.BeforeCut:
            case var _ when constraint.Step < cut:
                // The moments before the cut take no more than what the cut needs.
                return held - options[cut].Persistent + default(SuffixCost).Cut(problem.Steps[cut], options[cut]).Need;
        }

        int at = constraint.Step;
        SelectionProblem.Step step = problem.Steps[at];
        long savedBefore = options.Skip(cut).Take(at - cut).Sum(o => o.Saved);
        return constraint.Kind == ConstraintKind.Forward
            ? held + savedBefore + step.Forward
            : held + savedBefore + options[at].Saved + options[at].Workspace + (at > cut ? step.Backward : step.BackwardAtCut);
    }
}
