using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>The work of the exact search and the quality of searches that drop labels, on fixed models that take less than a third of a second.</summary>
/// <remarks>
/// A change that makes the search slower or its bounds looser makes no selection wrong, so comparisons with the optimum do not notice it. These tests hold the figures that were measured:
/// when an improvement lowers one of them, lower the limit.
/// </remarks>
public class LabelSearchTests
{
    private const int Models = 25;
    private const int MaxExtensions = 2440;
    private const double MaxLoss = 0.004, MaxGap = 0.0015;

    [Fact]
    public void A_search_extends_no_more_labels_than_measured_and_its_selection_has_the_stated_value()
    {
        long extensions = 0;
        foreach (SelectionRequest request in LargeModels())
        {
            var problem = new SelectionProblem(request);
            var search = new LabelSearch(problem, floor: -1, default);
            long bound = search.Run(1 << 12);
            Assert.Equal(search.BestValue, bound);
            Assert.True(Enumeration.Fits(request, search.Best));
            Assert.Equal(search.BestValue, search.Best!.Select((choice, t) => choice < 0 ? 0 : problem.Steps[t].Options[choice].Value).Sum());
            extensions += search.Extensions;
        }

        Assert.InRange(extensions, 1, MaxExtensions);
    }

    [Fact]
    public void A_known_value_of_the_optimum_ends_the_search_with_no_selection_and_less_work()
    {
        foreach (SelectionRequest request in LargeModels())
        {
            var problem = new SelectionProblem(request);
            var search = new LabelSearch(problem, floor: -1, default);
            long best = search.Run(1 << 12);

            var known = new LabelSearch(problem, floor: best, default);
            Assert.Equal(best, known.Run(1 << 12));
            Assert.Null(known.Best);
            Assert.InRange(known.Extensions, 0, search.Extensions);

            var almost = new LabelSearch(problem, floor: best - 1, default);
            Assert.Equal(best, almost.Run(1 << 12));
            Assert.Equal(best, almost.BestValue);
            Assert.NotNull(almost.Best);
            Assert.InRange(almost.Extensions, 0, search.Extensions);
        }
    }

    [Fact]
    public void Narrow_searches_lose_no_more_and_leave_no_larger_gaps_than_measured()
    {
        double loss = 0, gap = 0;
        foreach (SelectionRequest request in LargeModels())
        {
            double optimum = new ExactSelector().Select(request).Certificate.Objective;
            foreach (int labels in new[] { 1, 2, 5 })
            {
                SelectionCertificate found = new ExactSelector { Labels = labels }.Select(request).Certificate;
                Assert.InRange(found.Objective, 0, optimum + 1e-12);
                Assert.InRange(found.UpperBound!.Value, optimum - 1e-12, double.MaxValue);
                loss += 1 - (found.Objective / optimum);
                gap += (found.UpperBound.Value / optimum) - 1;
            }
        }

        Assert.InRange(loss / (3 * Models), 0, MaxLoss);
        Assert.InRange(gap / (3 * Models), 0, MaxGap);
    }

    [Fact]
    public void A_search_that_dropped_labels_bounds_what_a_wider_one_finds_and_a_wider_one_finds_no_less()
    {
        foreach (SelectionRequest request in LargeModels())
        {
            var problem = new SelectionProblem(request);
            var wide = new LabelSearch(problem, floor: -1, default);
            long optimum = wide.Run(1 << 12);
            var search = new LabelSearch(problem, floor: -1, default);
            long bound = long.MaxValue, value = -1;
            foreach (int width in new[] { 1, 4, 16, 1 << 12 })
            {
                bound = Math.Min(bound, search.Run(width));
                Assert.InRange(search.BestValue, value, optimum);
                Assert.InRange(bound, optimum, long.MaxValue);
                value = search.BestValue;
            }

            Assert.Equal((optimum, optimum), (value, bound));
        }
    }

    [Fact]
    public void With_equal_importance_and_equal_costs_a_narrow_search_still_fills_the_budget()
    {
        // All bounds are equal, and a search that kept only the first labels of a step would end with those of one kind.
        var layout = ParameterLayout.Create([.. Enumerable.Range(0, 12).Select(t => ($"block{t}", new[] { 10 }))]);
        var profile = new TrainingProfile(
            layout,
            0,
            [.. Enumerable.Range(0, 12).Select(t => new TrainingStep($"step{t}", 10, 10, 0, 0, [new TrainingChoice("all", [layout.RangeOf(t)], SavedBytes: 10, PersistentBytes: 40)]))]);
        var request = new SelectionRequest(profile, new BlockImportance(layout, [.. Enumerable.Repeat(1.0, 12)]), 400, null);

        SelectionCertificate best = new ExactSelector().Select(request).Certificate;

        Assert.Equal(best.Objective, best.UpperBound!.Value, 1e-9);
        Assert.Equal(best.Objective, new ExactSelector { Labels = 2 }.Select(request).Certificate.Objective, 1e-12);
    }

    [Fact]
    public void The_largest_width_keeps_the_stated_limits_of_memory_and_work()
    {
        foreach (SelectionRequest request in Enumerable.Range(0, 40).Select(seed => WideProfiles.Request(new Random(seed), maxSteps: 3)).Append(WideProfiles.Request(new Random(8), 150, 150)))
        {
            var problem = new SelectionProblem(request);
            long width = new LabelSearch(problem, floor: -1, default).MaxWidth;
            long steps = problem.Steps.Length, extensions = problem.Steps.Sum(step => step.Options.Length + 1);
            Assert.True(width * steps <= 1 << 23 && width * extensions <= 1 << 25);
            Assert.True((width + 1) * steps > 1 << 23 || (width + 1) * extensions > 1 << 25);
        }
    }

    [Fact]
    public void If_nothing_fits_there_is_neither_a_selection_nor_a_bound()
    {
        var search = new LabelSearch(new SelectionProblem(WideProfiles.Request(new Random(1)) with { MemoryBudgetBytes = 0 }), floor: -1, default);
        Assert.False(search.Fits);
        Assert.Null(search.Best);
        Assert.Equal((-1, -1, -1), (search.Bound, search.BestValue, search.Run(1)));
    }

    [Fact]
    public void Before_it_runs_the_best_selection_is_the_most_valuable_choice_that_fits_alone()
    {
        foreach (SelectionRequest request in LargeModels())
        {
            var problem = new SelectionProblem(request);
            var search = new LabelSearch(problem, floor: -1, default);
            int[] best = search.Best!;
            int step = Assert.Single(Enumerable.Range(0, best.Length), t => best[t] >= 0);
            Assert.True(Enumeration.Fits(request, best));
            Assert.Equal(search.BestValue, problem.Steps[step].Options[best[step]].Value);
            for (int t = 0; t < best.Length; t++)
            {
                Assert.All(problem.Steps[t].Options.Where((_, i) => problem.CanBeCut[t][i]), option => Assert.InRange(option.Value, 0, search.BestValue));
            }
        }
    }

    [Fact]
    public void A_model_whose_only_choice_is_in_its_first_step_has_a_selection()
    {
        var layout = ParameterLayout.Create(("a", [4]), ("b", [4]));
        var profile = new TrainingProfile(layout, 0, [new TrainingStep("a", 1, 1, 1, 0, [new TrainingChoice("all", [layout.RangeOf(0)], 1)]), new TrainingStep("b", 1, 1, 1, 0, [])]);
        Assert.Equal([0, -1], new ExactSelector().Select(new SelectionRequest(profile, new BlockImportance(layout, 1, 1), 1000)).Certificate.Choices.AsEnumerable());
    }

    [Fact]
    public void A_search_checks_its_token_at_every_step_and_after_every_4096_extensions()
    {
        foreach (SelectionRequest request in TiedModels())
        {
            var problem = new SelectionProblem(request);
            int checks = 0;
            var search = new LabelSearch(problem, floor: -1, default) { OnCheck = () => checks++ };
            search.Run(1 << 12);
            Assert.Equal(problem.Steps.Length - problem.FirstCut + (search.Extensions / 4096), checks);
        }
    }

    [Fact]
    public void With_many_equal_values_a_search_keeps_at_most_twice_its_width_and_finds_the_optimum()
    {
        long extensions = 0;
        double loss = 0, gap = 0;
        foreach (SelectionRequest request in TiedModels())
        {
            var problem = new SelectionProblem(request);
            var wide = new LabelSearch(problem, floor: -1, default);
            double optimum = wide.Run(1 << 12);
            Assert.Equal(optimum, wide.BestValue);
            foreach (int width in new[] { 1, 4, 16 })
            {
                var search = new LabelSearch(problem, floor: -1, default);
                long bound = search.Run(width);
                Assert.InRange(bound, optimum, double.MaxValue);
                Assert.InRange(search.Extensions, 0, problem.Steps.Sum(step => 2 * width * (step.Options.Length + 1)));
                extensions += search.Extensions;
                loss += 1 - (search.BestValue / optimum);
                gap += (bound / optimum) - 1;
            }
        }

        Assert.InRange(extensions, 1, 2090);
        Assert.Equal((0, 0), (loss, gap));
    }

    [Fact]
    public void A_selection_that_only_equals_the_floor_is_no_selection()
    {
        foreach (SelectionRequest request in TiedModels())
        {
            var problem = new SelectionProblem(request);
            var search = new LabelSearch(problem, floor: -1, default);
            long best = search.Run(1 << 12);
            foreach (int width in new[] { 1, 4, 1 << 12 })
            {
                var known = new LabelSearch(problem, floor: best, default);
                Assert.InRange(known.Run(width), best, long.MaxValue);
                Assert.Null(known.Best);
            }
        }

        SelectionRequest worthless = TiedModels().First();
        worthless = new SelectionRequest(worthless.Profile, new BlockImportance(worthless.Profile.Layout, new double[worthless.Profile.Layout.Blocks.Length]), worthless.MemoryBudgetBytes);
        Assert.Null(new LabelSearch(new SelectionProblem(worthless), floor: 0, default).Best);
    }

    /// <summary>Returns models in which every choice has the same importance and other costs, so that many selections have the same value.</summary>
    private static IEnumerable<SelectionRequest> TiedModels()
    {
        const int Steps = 14;
        var layout = ParameterLayout.Create([.. Enumerable.Range(0, Steps).Select(t => ($"block{t}", new[] { 10 }))]);
        for (int seed = 0; seed < 5; seed++)
        {
            var random = new Random(seed);
            var profile = new TrainingProfile(
                layout,
                0,
                [.. Enumerable.Range(0, Steps).Select(t => new TrainingStep($"step{t}", random.Next(30), random.Next(30), 0, 0, [new TrainingChoice("all", [layout.RangeOf(t)], random.Next(40), random.Next(40), random.Next(60))])
                {
                    InputGradientMultiplyAdds = random.Next(30),
                })]);
            yield return new SelectionRequest(profile, new BlockImportance(layout, [.. Enumerable.Repeat(1.0, Steps)]), 250) { ComputeBudget = 400 };
        }
    }

    /// <summary>Returns models with six to eight steps in which something fits.</summary>
    private static IEnumerable<SelectionRequest> LargeModels() => Enumerable.Range(0, int.MaxValue)
        .Select(seed => WideProfiles.Request(new Random(seed), minSteps: 6, maxSteps: 8))
        .Where(request => new LabelSearch(new SelectionProblem(request), floor: -1, default) is { Fits: true, BestValue: > 0 })
        .Take(Models);
}
