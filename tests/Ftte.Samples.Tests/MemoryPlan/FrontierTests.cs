using System.Collections.Immutable;
using Ftte.Samples.Shared;
using Ftte.Selection;
using MemoryPlan;
using MemoryPlan.Planning;

namespace Ftte.Samples.Tests.MemoryPlan;

public sealed class FrontierTests : IDisposable
{
    private readonly PlanRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Budgets_go_from_the_smallest_that_fits_anything_to_that_of_everything_and_include_the_users()
    {
        using PlanningProblem problem = Digits(160 * 1024);
        ImmutableArray<long> budgets = Frontier.Budgets(problem);
        Assert.Equal(17, budgets.Length);
        Assert.Equal(budgets.Order().Distinct(), budgets);
        Assert.Contains(160 * 1024, budgets);
        var greedy = new GreedySelector();
        var nothing = Assert.Throws<BudgetTooSmallException>(() => greedy.Select(problem.Request with { MemoryBudgetBytes = budgets[0] - 1 }));
        Assert.Equal(budgets[0], nothing.Required);
        Assert.Equal(problem.Network.Trainable, greedy.Select(problem.Request with { MemoryBudgetBytes = budgets[^1] }).Selection);
    }

    [Fact]
    public void The_frontier_reaches_everything_and_has_no_point_where_a_selector_finds_nothing()
    {
        using PlanningProblem problem = Digits(160 * 1024);
        ImmutableArray<long> budgets = Frontier.Budgets(problem);
        NamedSelector[] selectors = [Selectors.Create("greedy", 1), new("never", new Refusing())];
        var shares = new List<double>();
        Frontier frontier = Frontier.Compute(problem, selectors, (share, _) => shares.Add(share), CancellationToken.None);
        Assert.True(frontier.IsComplete);
        Assert.Equal(budgets, frontier.Points.Select(point => point.BudgetBytes));
        Assert.All(frontier.Points, point => Assert.Equal("greedy", point.Selector));
        Assert.Equal(1, frontier.Points[^1].ObjectiveShare, 1e-9);
        Assert.Equal(1, shares[^1]);
        Assert.Equal(2 * budgets.Length, shares.Count);
    }

    [Fact]
    public void A_cancelled_frontier_keeps_the_points_there_are()
    {
        using PlanningProblem problem = Digits(160 * 1024);
        using var stop = new CancellationTokenSource();
        int reports = 0;
        Frontier frontier = Frontier.Compute(
            problem,
            [Selectors.Create("greedy", 1)],
            (_, _) =>
            {
                if (++reports == 3)
                {
                    stop.Cancel();
                }
            },
            stop.Token);
        Assert.False(frontier.IsComplete);
        Assert.Equal(3, frontier.Points.Length);
    }

    [Fact]
    public async Task An_interrupted_run_says_so_and_ends_as_shells_expect()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        _run.Interrupted = stop.Token;
        Assert.Equal(130, await _run.InvokeAsync("--model digits --budget 160KiB"));
        Assert.Contains("Canceled; nothing was written.", _run.Error, StringComparison.Ordinal);
    }

    private static PlanningProblem Digits(long budget) =>
        PlanningProblem.Of(new PlanOptions { Model = "digits", BudgetBytes = budget, Selector = "greedy" });

    private sealed class Refusing : IParameterSelector
    {
        public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default) => throw new BudgetTooSmallException(request.MemoryBudgetBytes, long.MaxValue);
    }
}
