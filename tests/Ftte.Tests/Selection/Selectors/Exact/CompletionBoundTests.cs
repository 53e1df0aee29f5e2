using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>The integer problem of the exact search and its bounds, against all sets of choices of small models.</summary>
public class CompletionBoundTests
{
    [Fact]
    public void The_problem_admits_the_same_choices_as_the_memory_model()
    {
        foreach (SelectionRequest request in SmallModels(40))
        {
            var problem = new SelectionProblem(request);
            int firstCut = problem.Steps.Length;
            foreach (int[] choices in Sets(request.Profile))
            {
                bool fits = Enumeration.Fits(request, choices);
                int cut = Array.FindIndex(choices, c => c >= 0);
                Assert.Equal(fits, problem.Fits(CostFrom(problem, choices, cut).Cut(problem.Steps[cut], problem.Steps[cut].Options[choices[cut]])));
                firstCut = fits ? Math.Min(firstCut, cut) : firstCut;
                if (choices.Count(c => c >= 0) == 1)
                {
                    Assert.Equal(fits, problem.CanBeCut[cut][choices[cut]]);
                }

                // Unless nothing fits, a choice that cannot continue is in no set within the budgets.
                Assert.All(Enumerable.Range(cut + 1, fits ? choices.Length - cut - 1 : 0).Where(t => choices[t] >= 0), t => Assert.True(problem.CanContinue[t][choices[t]]));
            }

            Assert.Equal(firstCut, problem.FirstCut);
            Assert.All(problem.CanContinue.Take(firstCut + 1).SelectMany(fits => fits), Assert.False);
        }
    }

    [Fact]
    public void The_boundary_of_the_first_step_takes_no_memory()
    {
        var layout = ParameterLayout.Create(("a", [4]));
        var step = new TrainingStep("a", 1, 1, 1, 0, [new TrainingChoice("all", [layout.RangeOf(0)], 1)]) { StreamedForwardBytes = 1, BoundaryBytes = 1000 };
        var problem = new SelectionProblem(new SelectionRequest(new TrainingProfile(layout, 0, [step]), new BlockImportance(layout, 1), 100));
        Assert.Equal((true, 2L), (problem.CanBeCut[0][0], problem.Memory));
    }

    [Fact]
    public void Values_are_importance_in_whole_units()
    {
        foreach (SelectionRequest request in SmallModels(40))
        {
            var problem = new SelectionProblem(request);
            for (int t = 0; t < problem.Steps.Length; t++)
            {
                for (int i = 0; i < problem.Steps[t].Options.Length; i++)
                {
                    double importance = problem.CanBeCut[t][i] || problem.CanContinue[t][i] ? request.Importance.Scaled.Of(request.Profile.Steps[t].Choices[i].Ranges) : 0;
                    long units = problem.Steps[t].Options[i].Value;
                    Assert.Equal(importance, problem.ToImportance(units), 1e-13);
                    Assert.InRange(problem.ToUnits(importance), units, units + (problem.Steps.Length / 2) + 3);
                }
            }

            long total = problem.Steps.Sum(step => step.Options.Select(o => o.Value).DefaultIfEmpty().Max());
            Assert.True(total == 0 || Math.Abs(total - (1L << 50)) <= problem.Steps.Length, $"{total} units");
            Assert.Equal(-1, problem.ToUnits(-1e-300));
            Assert.Equal(problem.Unit > 0 ? long.MaxValue / 4 : (problem.Steps.Length / 2) + 2, problem.ToUnits(double.MaxValue));
        }
    }

    [Fact]
    public void Bounds_of_the_whole_problem_are_not_below_the_best_selection_and_as_close_as_measured()
    {
        double gaps = 0;
        int count = 0;
        foreach (SelectionRequest request in SmallModels(60))
        {
            var problem = new SelectionProblem(request);
            long best = FindBest(request, problem, [.. Sets(request.Profile)], problem.Steps.Length, []);
            if (best <= 0)
            {
                continue;
            }

            long bound = new SurrogateDual(problem, default).Bound;
            Assert.True(bound >= best, $"{best} is above the bound {bound}");
            gaps += 1 - ((double)best / bound);
            count++;
        }

        Assert.Equal((43, 0.010623), (count, Math.Round(gaps / count, 6)));
    }

    [Fact]
    public void Completions_are_not_above_their_bounds_and_as_close_as_measured()
    {
        double[] gaps = [0, 0];
        int count = 0, impossible = 0;
        foreach (SelectionRequest request in SmallModels(25))
        {
            var problem = new SelectionProblem(request);
            if (problem.FirstCut == problem.Steps.Length)
            {
                continue;
            }

            var bound = new CompletionBound(problem, new SurrogateDual(problem, default), default);
            int[][] sets = [.. Sets(request.Profile)];
            List<(int Step, SuffixCost Cost, long Best, long Bound)> found = [];
            for (int step = problem.FirstCut + 1; step < problem.Steps.Length; step++)
            {
                int[][] prefixes = [.. sets.Where(s => s[step..].All(c => c < 0))];
                foreach (int[] suffix in sets.Where(s => s[..step].All(c => c < 0)).Append([.. problem.Steps.Select(_ => -1)]))
                {
                    SuffixCost cost = CostFrom(problem, suffix, step - 1);
                    if (problem.Fits(cost))
                    {
                        found.Add((step, cost, FindBest(request, problem, prefixes, step, suffix), bound.Of(step, cost)));
                    }
                }
            }

            Add(0, found);
            bound.AddPrices(default);
            List<(int Step, SuffixCost Cost, long Best, long Bound)> priced = [.. found.Select(f => f with { Bound = bound.Of(f.Step, f.Cost) })];
            Add(1, priced);
            Assert.All(found.Zip(priced), pair => Assert.True(pair.Second.Bound <= pair.First.Bound));

            // With a target, the first bound that is low enough is returned.
            Assert.All(priced, f => Assert.InRange(bound.Of(f.Step, f.Cost, target: f.Bound), f.Bound, f.Bound));
            count += found.Count;
            impossible += found.Count(f => f.Best < 0);
        }

        // In units of the total value.
        Assert.Equal((223, 29), (count, impossible));
        Assert.All(gaps, gap => Assert.InRange(gap / count, 0, 0.0002));

        void Add(int which, List<(int Step, SuffixCost Cost, long Best, long Bound)> found)
        {
            foreach ((int step, _, long best, long completion) in found)
            {
                Assert.True(best < 0 || completion >= best, $"step {step}: {best} is above the bound {completion}");
                gaps[which] += (Math.Max(0, completion) - Math.Max(0, best)) / (double)(1L << 50);
            }
        }
    }

    [Fact]
    public void Tables_of_few_cells_are_not_below_the_best_selection_and_as_close_as_measured()
    {
        // Without and with a price.
        double[] gaps = [0, 0];
        int count = 0;
        foreach (SelectionRequest request in SmallModels(60))
        {
            var problem = new SelectionProblem(request);
            long best = FindBest(request, problem, [.. Sets(request.Profile)], problem.Steps.Length, []);
            if (best <= 0)
            {
                continue;
            }

            var dual = new SurrogateDual(problem, default);
            foreach (ConstraintWeights weights in dual.Weights)
            {
                CompletionPrice[] prices = [default, CompletionPrice.Find(dual.Options, problem.FirstCut, weights)];
                for (int i = 0; i < prices.Length; i++)
                {
                    long bound = new CompletionTable(dual.Options, problem.FirstCut, weights, prices[i], cells: 8, default).Root;
                    Assert.True(bound >= best, $"{best} is above the bound {bound}");
                    gaps[i] += 1 - ((double)best / bound);
                }

                count++;
            }
        }

        Assert.Equal((108, 0.0552, 0.0626), (count, Math.Round(gaps[0] / count, 4), Math.Round(gaps[1] / count, 4)));
    }

    [Fact]
    public void A_table_whose_cells_are_single_units_contains_the_best_completion_under_its_constraint()
    {
        foreach (SelectionRequest request in TinyModels(5))
        {
            var problem = new SelectionProblem(request);
            var dual = new SurrogateDual(problem, default);
            foreach (ConstraintWeights weights in dual.Weights)
            {
                var plain = new CompletionTable(dual.Options, problem.FirstCut, weights, default, cells: 1 << 22, default);
                var price = CompletionPrice.Find(dual.Options, problem.FirstCut, weights);
                var priced = new CompletionTable(dual.Options, problem.FirstCut, weights, price, cells: 1 << 22, default);
                for (int step = problem.FirstCut + 1; step <= problem.Steps.Length; step++)
                {
                    foreach (long remaining in FindRequirements(dual.Options, problem.FirstCut, weights, step).Distinct().SelectMany(r => new[] { r - 1, r }).Where(r => r <= weights.Budget))
                    {
                        double best = FindBest(dual.Options, problem.FirstCut, weights, step, remaining, price: 0);
                        Assert.Equal(Math.Max(-1, best), Math.Max(-1, plain.Bound(step, weights.Budget - remaining)));

                        // The price of each cost is rounded down to a unit.
                        double bestPriced = best < 0 ? -1 : FindBest(dual.Options, problem.FirstCut, weights, step, remaining, PerUnit(price));
                        Assert.Equal(bestPriced, Math.Max(-1, priced.Bound(step, weights.Budget - remaining)), step + 1.0);
                    }
                }

                if (plain.FindBest() is not { } chosen)
                {
                    Assert.True(plain.Root < 0);
                    continue;
                }

                // From the last step to the cut, within the budget, and as good as stated.
                Assert.Equal(plain.Root, chosen.Sum(o => o.Option.Value));
                Assert.Equal([.. Enumerable.Repeat(true, chosen.Count - 1), false], chosen.Select(o => o.Continues));
                int last = problem.Steps.Length - 1;
                Assert.All(chosen, (o, i) => Assert.Contains(o, dual.Options[last - i]));
                Assert.InRange(chosen.Select((o, i) => o.Continues ? weights.CostOf(last - i, o).Cost : weights.CostOf(last - i, o).Required).Sum(), 0, weights.Budget);
            }
        }
    }

    [Fact]
    public void No_other_price_bounds_the_whole_problem_tighter_than_the_one_found()
    {
        foreach (SelectionRequest request in SmallModels(60))
        {
            var problem = new SelectionProblem(request);
            if (problem.FirstCut == problem.Steps.Length || problem.Unit == 0)
            {
                continue;
            }

            var dual = new SurrogateDual(problem, default);
            foreach (ConstraintWeights weights in dual.Weights)
            {
                double price = PerUnit(CompletionPrice.Find(dual.Options, problem.FirstCut, weights));
                double bound = FindGain(price, problem.Steps.Length) + (price * weights.Budget);
                foreach (double other in new[] { 0, 0.5, 0.9, 0.99, 0.999, 1.001, 1.01, 1.1, 2 }.Select(ratio => ratio * price))
                {
                    // A price of the whole budget above the total value is not searched for.
                    if (other <= Math.Max(price, (1L << 50) / (double)weights.Budget))
                    {
                        Assert.InRange(FindGain(other, problem.Steps.Length) + (other * weights.Budget), bound * (1 - 1e-9), double.MaxValue);
                    }
                }

                // The highest value minus the price of the cost of any options, whether they fit or not.
                double FindGain(double p, int step) => step <= problem.FirstCut
                    ? double.NegativeInfinity
                    : dual.Options[step - 1].Max(o => o.Option.Value + (o.Continues
                        ? FindGain(p, step - 1) - (p * weights.CostOf(step - 1, o).Cost)
                        : -p * weights.CostOf(step - 1, o).Required));
            }
        }
    }

    [Fact]
    public void The_tables_of_a_long_model_take_at_most_the_stated_memory_and_are_created_once()
    {
        const int Steps = 600;
        var layout = ParameterLayout.Create([.. Enumerable.Range(0, Steps).Select(t => ($"block{t}", new[] { 3 }))]);
        var profile = new TrainingProfile(
            layout,
            0,
            [.. Enumerable.Range(0, Steps).Select(t => new TrainingStep($"step{t}", 100, 100, 0, 0, t % 60 == 0 ? [new TrainingChoice("all", [layout.RangeOf(t)], 100 + t, 100)] : []))]);
        var problem = new SelectionProblem(new SelectionRequest(profile, new BlockImportance(layout, [.. Enumerable.Repeat(1.0, Steps)]), 2000));
        var dual = new SurrogateDual(problem, default);
        CompletionBound? bound = null;

        // At least three quarters of 64 MiB, and half of it with prices: smaller tables would give looser bounds.
        Assert.InRange(Allocate(() => bound = new CompletionBound(problem, dual, default)), 48 << 20, 65 << 20);
        Assert.InRange(Allocate(() => bound!.AddPrices(default)), 24 << 20, 36 << 20);
        Assert.InRange(Allocate(() => bound!.AddPrices(default)), 0, 1 << 10);

        static long Allocate(Action action)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static IEnumerable<SelectionRequest> SmallModels(int count) => Enumerable.Range(0, count).Select(seed => WideProfiles.Request(new Random(seed), maxSteps: 4));

    /// <summary>Makes up models whose costs are so small that a table can have a cell for each unit of a weighted budget.</summary>
    private static IEnumerable<SelectionRequest> TinyModels(int count)
    {
        var random = new Random(3);
        while (count > 0)
        {
            int steps = random.Next(2, 5);
            var layout = ParameterLayout.Create([.. Enumerable.Range(0, steps).Select(t => ($"block{t}", new[] { 3 }))]);
            var profile = new TrainingProfile(
                layout,
                0,
                [.. Enumerable.Range(0, steps).Select(t => new TrainingStep($"step{t}", random.Next(6), random.Next(6), random.Next(6), t % 2, [.. Enumerable.Range(1, random.Next(4)).Select(k =>
                    new TrainingChoice($"choice{k}", [layout.RangeOf(t) with { Length = Math.Min(k, 3) }], 1 + random.Next(3), random.Next(2) * 4, random.Next(9)) { WorkspaceBytes = random.Next(3) })])
                {
                    InputGradientMultiplyAdds = random.Next(5),
                })]);
            var importance = new BlockImportance(layout, [.. Enumerable.Range(0, steps).Select(_ => random.NextDouble())]);
            var request = new SelectionRequest(profile, importance, random.Next(8, 25), random.Next(2) == 0 ? null : random.Next(8, 30)) { ComputeBudget = random.Next(2) == 0 ? null : random.Next(5, 30) };
            var problem = new SelectionProblem(request);
            if (problem.FirstCut < steps - 1)
            {
                count--;
                yield return request;
            }
        }
    }

    /// <summary>
    /// Finds the highest value of options before a step that do not exceed what remains of the budget of one constraint, plus the price of what then remains; negative
    /// infinity if there are none.
    /// </summary>
    private static double FindBest(List<StepOption>[] options, int firstCut, ConstraintWeights weights, int step, long remaining, double price)
    {
        double best = double.NegativeInfinity;
        foreach (StepOption option in step <= firstCut ? [] : options[step - 1])
        {
            (long cost, long required) = weights.CostOf(step - 1, option);
            if (required <= remaining)
            {
                double rest = option.Continues ? FindBest(options, firstCut, weights, step - 1, remaining - cost, price) : price * (remaining - required);
                best = Math.Max(best, rest + option.Option.Value);
            }
        }

        return best;
    }

    private static double PerUnit(CompletionPrice price) => price.Of(1L << 20) / (double)(1L << 20);

    /// <summary>Lists what sets of options before a step require of the budget of one constraint.</summary>
    private static IEnumerable<long> FindRequirements(List<StepOption>[] options, int firstCut, ConstraintWeights weights, int step) => step <= firstCut
        ? []
        : options[step - 1].SelectMany(o => o.Continues
            ? FindRequirements(options, firstCut, weights, step - 1).Select(r => r + weights.CostOf(step - 1, o).Cost)
            : [weights.CostOf(step - 1, o).Required]);

    /// <summary>Lists all sets with at least one choice.</summary>
    private static IEnumerable<int[]> Sets(TrainingProfile profile)
    {
        int[] sizes = [.. profile.Steps.Select(s => s.Choices.Length + 1)];
        for (int number = 1; number < sizes.Aggregate(1, (product, size) => product * size); number++)
        {
            int rest = number;
            yield return [.. sizes.Select(size =>
            {
                int choice = (rest % size) - 1;
                rest /= size;
                return choice;
            })];
        }
    }

    /// <summary>Returns the cost of the choices after a step, with an earlier step trained.</summary>
    private static SuffixCost CostFrom(SelectionProblem problem, int[] choices, int step)
    {
        SuffixCost cost = default;
        for (int t = choices.Length - 1; t > step; t--)
        {
            cost = choices[t] < 0 ? cost.Pass(problem.Steps[t]) : cost.After(problem.Steps[t], problem.Steps[t].Options[choices[t]]);
        }

        return cost;
    }

    /// <summary>Finds the highest value of choices before a step that fit together with the choices from the step on; -1 if none fit.</summary>
    private static long FindBest(SelectionRequest request, SelectionProblem problem, int[][] prefixes, int step, int[] suffix)
    {
        long best = -1;
        foreach (int[] prefix in prefixes)
        {
            long value = prefix.Select((c, t) => c < 0 ? 0 : problem.Steps[t].Options[c].Value).Sum();
            if (value > best && Enumeration.Fits(request, [.. prefix[..step], .. suffix.Skip(step)]))
            {
                best = value;
            }
        }

        return best;
    }
}
