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
    public void A_search_extends_no_more_labels_than_measured()
    {
        long extensions = 0;
        foreach (SelectionRequest request in LargeModels())
        {
            var search = new LabelSearch(new SelectionProblem(request), floor: -1, default);
            long bound = search.Run(1 << 12);
            Assert.Equal(search.BestValue, bound);
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

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(150)]
    public void The_largest_width_keeps_the_stated_limits_of_memory_and_work(int steps)
    {
        var problem = new SelectionProblem(WideProfiles.Request(new Random(8), steps, steps));
        long width = new LabelSearch(problem, floor: -1, default).MaxWidth;
        long extensions = problem.Steps.Sum(step => step.Options.Length + 1);

        Assert.True(width * steps <= 1 << 23 && width * extensions <= 1 << 25);
        Assert.True((width + 1) * steps > 1 << 23 || (width + 1) * extensions > 1 << 25);
    }

    /// <summary>Returns models with six to eight steps in which something fits.</summary>
    private static IEnumerable<SelectionRequest> LargeModels() => Enumerable.Range(0, int.MaxValue)
        .Select(seed => WideProfiles.Request(new Random(seed), minSteps: 6, maxSteps: 8))
        .Where(request => new LabelSearch(new SelectionProblem(request), floor: -1, default) is { Fits: true, BestValue: > 0 })
        .Take(Models);
}
