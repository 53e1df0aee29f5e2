using System.Collections.Immutable;
using CsCheck;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class ExactSelectorTests
{
    private static readonly ExactSelector Selector = new();

    /// <summary>Twenty thousand with FTTE_LONG=1 in the environment.</summary>
    [Fact]
    public void Of_two_thousand_models_it_finds_the_best_selection_of_all_and_refuses_exactly_when_nothing_fits()
    {
        int refused = 0, everything = 0, between = 0;
        int count = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 20_000 : 2_000;
        for (int seed = 0; seed < count; seed++)
        {
            SelectionRequest request = WideProfiles.Request(new Random(seed));
            double? best = Enumeration.Best(request);
            if (best is null)
            {
                var refusal = Assert.Throws<BudgetTooSmallException>(() => Selector.Select(request));
                Assert.True(refusal.Required > refusal.Available);
                refused++;
                continue;
            }

            SelectionResult result = Selector.Select(request);
            SelectionCertificate certificate = result.Certificate;
            Assert.True(Enumeration.Fits(request, certificate.Choices.AsSpan()), $"seed {seed} breaks a budget");
            Assert.True(certificate.UpperBound >= best, $"seed {seed}: {best} is above the bound {certificate.UpperBound}");
            Assert.InRange(certificate.Gap!.Value, 0, 1e-12);
            Assert.InRange(certificate.Objective, best.Value - certificate.Gap!.Value, best.Value + 1e-12);
            Assert.Empty(SelectionVerifier.FindFaults(request, result));
            everything += certificate.Choices.Zip(request.Profile.Steps).All(p => p.Second.Choices.IsEmpty || p.First >= 0) ? 1 : 0;
            between++;
        }

        // Tight and loose: the budgets bind in most cases.
        Assert.InRange(refused, count / 40, count * 3 / 10);
        Assert.InRange(everything, count / 100, between / 2);
    }

    [Fact]
    public void No_greedy_selection_exceeds_the_exact_one_on_models_too_large_to_enumerate() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                SelectionRequest request = WideProfiles.Request(new Random(seed), minSteps: 20, maxSteps: 40);
                try
                {
                    SelectionResult exact = Selector.Select(request);
                    SelectionResult greedy = new GreedySelector().Select(request);
                    Assert.True(exact.Certificate.Objective >= greedy.Certificate.Objective - 1e-12);
                    Assert.True(greedy.Certificate.Objective <= exact.Certificate.UpperBound);
                    Assert.Empty(SelectionVerifier.FindFaults(request, exact));
                }
                catch (BudgetTooSmallException)
                {
                }
            },
            iter: 60);

    [Fact]
    public void The_same_request_gives_the_same_selection_from_any_thread()
    {
        SelectionRequest request = Enumerable.Range(0, 50).Select(seed => WideProfiles.Request(new Random(seed), minSteps: 15, maxSteps: 15)).First(r => Enumeration.Fits(r, Single(r)));
        ImmutableArray<int> first = Selector.Select(request).Certificate.Choices;
        Parallel.For(0, 8, _ => Assert.Equal(first.AsEnumerable(), Selector.Select(request).Certificate.Choices.AsEnumerable()));
    }

    [Fact]
    public void A_larger_budget_never_lowers_the_importance()
    {
        SelectionRequest request = WideProfiles.Request(new Random(5), minSteps: 12, maxSteps: 12) with { PayloadBudgetBytes = null, ComputeBudget = null };
        double before = -1;
        for (long budget = 0; budget < 6000; budget += 50)
        {
            try
            {
                double worth = Selector.Select(request with { MemoryBudgetBytes = budget }).Certificate.Objective;
                Assert.True(worth >= before - 1e-12);
                before = worth;
            }
            catch (BudgetTooSmallException)
            {
                Assert.True(before < 0);
            }
        }

        Assert.True(before > 0);
    }

    [Fact]
    public void If_all_importance_is_zero_something_is_still_trained()
    {
        SelectionRequest request = WideProfiles.Request(new Random(3)) with { MemoryBudgetBytes = long.MaxValue, PayloadBudgetBytes = null, ComputeBudget = null };
        var worthless = new BlockImportance(request.Profile.Layout, new double[request.Profile.Layout.Blocks.Length]);
        SelectionResult result = Selector.Select(new SelectionRequest(request.Profile, worthless, long.MaxValue));
        Assert.NotEqual(0, result.Selection.Count);
        Assert.Equal(0, result.Certificate.Objective);
    }

    [Fact]
    public void The_largest_bytes_that_a_profile_may_have_do_not_overflow()
    {
        const long Large = 1L << 43;
        var layout = ParameterLayout.Create(("a", [4]), ("b", [4]));
        TrainingStep[] steps =
        [
            new("a", Large, Large, Large, 0, [new("all", [layout.RangeOf(0)], Large, Large)]),
            new("b", 1, 1, 1, 0, [new("all", [layout.RangeOf(1)], 16)]),
        ];
        var request = new SelectionRequest(new TrainingProfile(layout, 0, [.. steps]), new BlockImportance(layout, 2, 1), long.MaxValue);
        Assert.Equal([0, 0], Selector.Select(request).Certificate.Choices.AsEnumerable());
        Assert.Equal([-1, 0], Selector.Select(request with { MemoryBudgetBytes = Large + 100 }).Certificate.Choices.AsEnumerable());
    }

    private static int[] Single(SelectionRequest request)
    {
        int[] choices = [.. request.Profile.Steps.Select(_ => -1)];
        int step = Enumerable.Range(0, choices.Length).Last(t => !request.Profile.Steps[t].Choices.IsEmpty);
        choices[step] = 0;
        return choices;
    }
}
