using Ftte.Baselines;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>Every selector at the ends of the ranges of importance, budgets, costs and step counts.</summary>
public class SelectorRangeTests
{
    public static TheoryData<string> Names => [.. Selectors.Keys];

    private static Dictionary<string, IParameterSelector> Selectors { get; } = new()
    {
        ["exact"] = new ExactSelector(),
        ["greedy"] = new GreedySelector(),
        ["evolutionary"] = new EvolutionarySelector(new() { Population = 20, Evaluations = 300 }),
        ["full"] = new FullSelector(),
        ["last blocks"] = new LastBlocksSelector(),
        ["bias only"] = new BiasOnlySelector(),
        ["random"] = new RandomSelector(),
        ["rotating"] = new RotatingSelector(blockCycle: 3),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Select_with_importance_times_a_power_of_two_makes_the_same_choices(string name)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            SelectionRequest request = WideProfiles.Request(new Random(seed), maxSteps: 6);
            string? expected = Choose(Selectors[name], Scale(request, 0));
            foreach (int exponent in new[] { -1020, -960, 900, 1020 })
            {
                Assert.Equal(expected, Choose(Selectors[name], Scale(request, exponent)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Select_with_importance_at_the_ends_of_the_double_range_certifies_finite_numbers(string name)
    {
        double[][] patterns = [[0], [double.Epsilon], [double.MaxValue], [1e308], [1e-300, 1e300], [double.Epsilon, 2 * double.Epsilon, 0], [1, 1], [double.MaxValue, double.Epsilon]];
        foreach (double[] pattern in patterns)
        {
            for (int seed = 0; seed < 12; seed++)
            {
                SelectionRequest request = WithPattern(WideProfiles.Request(new Random(seed), maxSteps: 6), pattern);
                if (TrySelect(Selectors[name], request) is not { } result)
                {
                    continue;
                }

                Assert.True(double.IsFinite(result.Certificate.Objective));
                Assert.True(double.IsFinite(result.Certificate.UpperBound ?? 0));
                SelectionRequest asked = Selectors[name] is RotatingSelector rotating ? rotating.Rotate(request) : request;
                Assert.Empty(SelectionVerifier.FindFaults(asked, result));
            }
        }
    }

    [Fact]
    public void Exact_with_values_at_the_ends_of_the_double_range_finds_the_best_that_fits()
    {
        // The first block is worth far more than all others and fits no budget; what is left must not round to nothing.
        Assert.Equal([-1, -1, 0], Choices(budget: 10, (1e300, 100), (1e-300, 10), (2e-300, 10)));
        Assert.Equal([-1, -1, 0], Choices(budget: 10, (double.MaxValue, 100), (double.Epsilon, 10), (2 * double.Epsilon, 10)));
        Assert.Equal([-1, 0, 0], Choices(budget: 20, (1e308, 20), (1e308, 10), (1e308, 10)));
        Assert.Equal([-1, 0, 0], Choices(budget: 20, (double.Epsilon, 20), (double.Epsilon, 10), (double.Epsilon, 10)));
    }

    [Fact]
    public void Of_with_a_sum_above_the_double_range_is_the_largest_double()
    {
        var layout = ParameterLayout.Create(("a", [7]), ("b", [3]));
        var importance = new BlockImportance(layout, double.MaxValue, double.MaxValue);
        Assert.Equal(double.MaxValue, importance.Of([new ParameterRange(0, 10)]));
        Assert.Equal(double.MaxValue, importance.Of([new ParameterRange(0, 7)]), double.MaxValue * 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Select_with_any_budget_either_keeps_it_or_refuses_it(string name)
    {
        long[] ends = [0, 1, 500, 1L << 46, 1L << 62, long.MaxValue - 1, long.MaxValue];
        SelectionRequest request = WideProfiles.Request(new Random(11), minSteps: 5, maxSteps: 5);
        foreach ((long memory, long payload, long compute) in from m in ends from p in ends from c in ends select (m, p, c))
        {
            SelectionRequest tried = request with { MemoryBudgetBytes = memory, PayloadBudgetBytes = payload, ComputeBudget = compute, Turn = memory };
            if (TrySelect(Selectors[name], tried) is { } result)
            {
                Assert.True(Enumeration.Fits(tried, result.Certificate.Choices.AsSpan()));
            }
            else
            {
                Assert.True(name == "full" || Enumeration.Best(tried) is null);
            }
        }
    }

    [Fact]
    public void Exact_with_huge_multiply_adds_and_tight_budgets_finds_the_best_of_all()
    {
        foreach (long unit in new[] { 1L, 1L << 40, 1L << 50 })
        {
            for (int seed = 0; seed < 150; seed++)
            {
                SelectionRequest small = WideProfiles.Request(new Random(seed), maxSteps: 5);
                var profile = new TrainingProfile(small.Profile.Layout, small.Profile.ResidentBytes, [.. small.Profile.Steps.Select(s => s with
                {
                    ForwardMultiplyAdds = s.ForwardMultiplyAdds * unit,
                    InputGradientMultiplyAdds = s.InputGradientMultiplyAdds * unit,
                    Choices = [.. s.Choices.Select(c => c with { MultiplyAdds = c.MultiplyAdds * unit })],
                })]);
                int[] nothing = [.. profile.Steps.Select(_ => -1)];
                foreach (long memory in new[] { small.MemoryBudgetBytes, long.MaxValue })
                {
                    var request = new SelectionRequest(profile, small.Importance, memory) { ComputeBudget = profile.CountMultiplyAdds(nothing) + (unit * (seed % 40)) };
                    Assert.Equal(Enumeration.Best(request) ?? -1, TrySelect(new ExactSelector(), request)?.Certificate.Objective ?? -1, 1e-12);
                }
            }
        }
    }

    [Fact]
    public void A_profile_whose_costs_could_overflow_is_refused_by_its_constructor()
    {
        var layout = ParameterLayout.Create(("a", [4]));
        TrainingStep step = new("a", 1, 1, 1, 0, [new("all", [layout.RangeOf(0)], 4)]);
        foreach (TrainingStep huge in new[]
        {
            step with { ForwardBytes = long.MaxValue },
            step with { BoundaryBytes = long.MaxValue },
            step with { Choices = [step.Choices[0] with { SavedBytes = long.MaxValue }] },
            step with { ForwardMultiplyAdds = long.MaxValue, InputGradientMultiplyAdds = 1 },
        })
        {
            Assert.Contains("64 TiB", Assert.Throws<ArgumentException>(() => new TrainingProfile(layout, 0, [huge])).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Select_works_with_one_and_with_a_thousand_steps(string name)
    {
        foreach (int steps in new[] { 1, 1000 })
        {
            SelectionRequest request = WideProfiles.Request(new Random(4), steps, steps) with { MemoryBudgetBytes = long.MaxValue, PayloadBudgetBytes = null, ComputeBudget = null };
            long all = Selectors["full"].Select(request).Certificate.Timeline.PeakBytes;
            if (TrySelect(Selectors[name], request with { MemoryBudgetBytes = steps == 1 ? all : request.Profile.ResidentBytes + ((all - request.Profile.ResidentBytes) / 2) }) is { } result)
            {
                Assert.NotEqual(0, result.Selection.Count);
            }
            else
            {
                Assert.Equal("full", name);
            }
        }
    }

    [Fact]
    public void Exact_with_a_thousand_equal_choices_per_step_keeps_the_budget()
    {
        var layout = ParameterLayout.Create([.. Enumerable.Range(0, 12).Select(t => ($"block{t}", new[] { 1000 }))]);
        TrainingStep[] steps = [.. Enumerable.Range(0, 12).Select(t => new TrainingStep($"step{t}", 5, 5, 5, 0,
            [.. Enumerable.Range(0, 1000).Select(k => new TrainingChoice($"choice{k}", [new(layout.RangeOf(t).Start + k, 1)], 10 + (k % 7), k % 5, 1))]))];
        var request = new SelectionRequest(new TrainingProfile(layout, 0, [.. steps]), new BlockImportance(layout, [.. steps.Select(_ => 1.0)]), 60, 24) { ComputeBudget = 5 };
        SelectionResult result = new ExactSelector().Select(request);
        Assert.True(Enumeration.Fits(request, result.Certificate.Choices.AsSpan()));
        Assert.Equal(5 / 1000.0, result.Certificate.Objective, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Select_with_a_cancelled_token_throws_OperationCanceledException(string name)
    {
        SelectionRequest request = WideProfiles.Request(new Random(4), 9, 9) with { MemoryBudgetBytes = long.MaxValue, PayloadBudgetBytes = null, ComputeBudget = null };
        Assert.ThrowsAny<OperationCanceledException>(() => Selectors[name].Select(request, new CancellationToken(canceled: true)));
        Assert.NotEqual(0, Selectors[name].Select(request).Selection.Count);
    }

    private static SelectionRequest Scale(SelectionRequest request, int exponent) =>
        new(request.Profile, new BlockImportance(request.Importance.Layout, [.. request.Importance.Values.Select(v => Math.ScaleB(Math.Round(v * 1024) / 1024, exponent))]), request.MemoryBudgetBytes, request.PayloadBudgetBytes)
        {
            ComputeBudget = request.ComputeBudget,
        };

    private static SelectionRequest WithPattern(SelectionRequest request, double[] pattern) =>
        new(request.Profile, new BlockImportance(request.Importance.Layout, [.. request.Importance.Values.Select((_, i) => pattern[i % pattern.Length])]), request.MemoryBudgetBytes, request.PayloadBudgetBytes)
        {
            ComputeBudget = request.ComputeBudget,
        };

    private static string? Choose(IParameterSelector selector, SelectionRequest request) =>
        TrySelect(selector, request) is { } result ? string.Join(',', result.Certificate.Choices) : null;

    private static int[] Choices(long budget, params (double Worth, long Bytes)[] items)
    {
        var layout = ParameterLayout.Create([.. items.Select((_, i) => ($"block{i}", new[] { 1 }))]);
        TrainingStep[] steps = [.. items.Select((item, i) => new TrainingStep($"step{i}", 0, 0, 0, 0, [new("all", [layout.RangeOf(i)], SavedBytes: item.Bytes)]))];
        var request = new SelectionRequest(new TrainingProfile(layout, 0, [.. steps]), new BlockImportance(layout, [.. items.Select(i => i.Worth)]), budget);
        return [.. new ExactSelector().Select(request).Certificate.Choices];
    }

    private static SelectionResult? TrySelect(IParameterSelector selector, SelectionRequest request)
    {
        try
        {
            return selector.Select(request);
        }
        catch (BudgetTooSmallException)
        {
            return null;
        }
    }
}
