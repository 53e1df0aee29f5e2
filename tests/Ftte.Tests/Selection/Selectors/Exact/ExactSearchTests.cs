using CsCheck;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>The exact selector beyond one search: bounds, a known importance, narrower searches, cancellation.</summary>
public class ExactSearchTests
{
    private const int ExtensionsBetweenChecks = 1 << 12;

    private static readonly ExactSelector Selector = new();

    [Fact]
    public void SelectAbove_returns_the_optimum_exactly_when_its_importance_exceeds_the_given_one() =>
        Sample((request, best) =>
        {
            foreach (double known in new[] { -1, 0, best * 0.5, best * 0.999, best - 1e-9 })
            {
                SelectionResult? result = Selector.SelectAbove(request, known);
                if (known < best)
                {
                    Assert.NotNull(result);
                    Assert.InRange(result.Certificate.Objective, best - 1e-12, best + 1e-12);
                    Assert.InRange(result.Certificate.UpperBound!.Value, best - 1e-12, best + 1e-12);
                    Assert.Empty(SelectionVerifier.FindFaults(request, result));
                }
                else
                {
                    Assert.Null(result);
                }
            }

            Assert.Null(Selector.SelectAbove(request, best));
            Assert.Null(Selector.SelectAbove(request, best + 0.1));
            Assert.Null(Selector.SelectAbove(request, double.MaxValue));
        });

    [Fact]
    public void ComputeUpperBound_is_never_below_the_best_selection_of_all() =>
        Sample((request, best) => Assert.InRange(ExactSelector.ComputeUpperBound(request), best - 1e-12, double.MaxValue));

    [Fact]
    public void A_narrow_search_keeps_the_budgets_and_states_a_bound_that_holds() =>
        Sample((request, best) =>
        {
            foreach (int labels in new[] { 1, 2, 5 })
            {
                SelectionResult result = new ExactSelector { Labels = labels }.Select(request);
                Assert.True(Enumeration.Fits(request, result.Certificate.Choices.AsSpan()));
                Assert.InRange(result.Certificate.Objective, 0, best + 1e-12);
                Assert.InRange(result.Certificate.UpperBound!.Value, best - 1e-12, double.MaxValue);
            }
        });

    [Fact]
    public void What_fits_no_budget_is_refused_by_every_method()
    {
        SelectionRequest request = WideProfiles.Request(new Random(1)) with { MemoryBudgetBytes = 0 };
        long required = Assert.Throws<BudgetTooSmallException>(() => Selector.Select(request)).Required;
        Assert.Equal(required, Assert.Throws<BudgetTooSmallException>(() => Selector.SelectAbove(request, 1)).Required);
        Assert.Equal(required, Assert.Throws<BudgetTooSmallException>(() => ExactSelector.ComputeUpperBound(request)).Required);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExactSelector { Labels = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExactSelector { Labels = ExactSelector.MaxLabels + 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Selector.SelectAbove(Hard(), double.NaN));
    }

    [Fact]
    public void A_search_whose_token_is_cancelled_stops_within_the_extensions_between_two_checks()
    {
        var problem = new SelectionProblem(Hard());
        foreach (int cancelAt in new[] { 1, 20, 200 })
        {
            using var source = new CancellationTokenSource();
            int checks = 0;
            long extensions = 0, most = 0;
            LabelSearch? search = null;
            search = new LabelSearch(problem, floor: -1, source.Token)
            {
                OnCheck = () =>
                {
                    most = Math.Max(most, search!.Extensions - extensions);
                    extensions = search.Extensions;
                    if (++checks == cancelAt)
                    {
                        source.Cancel();
                    }
                },
            };
            Assert.Throws<OperationCanceledException>(() => search.Run(ExactSelector.MaxLabels));
            Assert.Equal(cancelAt, checks);
            Assert.Equal(extensions, search.Extensions);
            Assert.InRange(most, 0, ExtensionsBetweenChecks);
        }
    }

    [Fact]
    public void A_selection_that_was_cancelled_while_it_searched_leaves_nothing_behind()
    {
        SelectionRequest request = Hard();
        using var source = new CancellationTokenSource();
        int checks = 0;
        var selector = new ExactSelector
        {
            Labels = 1 << 9,
            OnCheck = () =>
            {
                if (++checks == 100)
                {
                    source.Cancel();
                }
            },
        };
        Assert.Throws<OperationCanceledException>(() => selector.Select(request, source.Token));
        Assert.Equal(100, checks);
        SelectionCertificate again = selector.Select(request).Certificate, fresh = new ExactSelector { Labels = 1 << 9 }.Select(request).Certificate;
        Assert.Equal((fresh.Objective, fresh.UpperBound), (again.Objective, again.UpperBound));
        Assert.Equal(fresh.Choices.AsEnumerable(), again.Choices.AsEnumerable());
    }

    [Fact]
    public void A_price_takes_no_more_for_costs_one_by_one_than_together() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Long[-(1L << 50), 1L << 50], Gen.Long[-(1L << 50), 1L << 50]).Sample((seed, one, other) =>
        {
            SelectionRequest request = WideProfiles.Request(new Random(seed));
            var problem = new SelectionProblem(request);
            if (problem.FirstCut == problem.Steps.Length)
            {
                return;
            }

            var dual = new SurrogateDual(problem, default);
            var price = CompletionPrice.Find(dual.Options, problem.FirstCut, dual.Weights[0]);
            (one, other) = (one % dual.Weights[0].Budget, other % dual.Weights[0].Budget);
            Assert.True(price.Of(one) + price.Of(other) <= price.Of(one + other));
            Assert.InRange(price.Of(one + other) - price.Of(one) - price.Of(other), 0, 1);
        });

    /// <summary>Makes a problem that the widest search takes seconds for: all three budgets bind.</summary>
    private static SelectionRequest Hard() => WideProfiles.TightRequest(seed: 8, steps: 150);

    private static void Sample(Action<SelectionRequest, double> check)
    {
        for (int seed = 0; seed < 500; seed++)
        {
            SelectionRequest request = WideProfiles.Request(new Random(seed), maxSteps: 6);
            if (Enumeration.Best(request) is { } best and > 0)
            {
                check(request, best);
            }
        }
    }
}
