using System.Collections.Immutable;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>The exact search on models of a few steps where a budget, a value or a step is exactly at an edge.</summary>
public class ExactEdgeTests
{
    private static readonly ExactSelector Selector = new();

    [Fact]
    public void A_worthless_choice_is_the_cut_if_the_valuable_one_cannot_be()
    {
        SelectionRequest request = Request([0, 1], 100, Step(Choice(1)), Step(Choice(1)) with { BackwardBytesAtCut = 1000 });
        Assert.Equal([0, 0], Choose(request));
    }

    [Fact]
    public void Two_choices_replace_a_single_one_of_less_value_that_does_not_fit_next_to_them()
    {
        SelectionRequest request = Request([10, 6, 6], 2 + 20, Step(Choice(20)), Step(Choice(10)), Step(Choice(10)));
        Assert.Equal([-1, 0, 0], Choose(request));
    }

    [Fact]
    public void A_choice_that_takes_the_whole_budget_fits()
    {
        SelectionRequest memory = Request([1, 2], 1 + 10, Step(Choice(10)), Step(Choice(10)));
        Assert.Equal([-1, 0], Choose(memory));
        Assert.Equal([-1, 0], Choose(memory with { MemoryBudgetBytes = 1000, PayloadBudgetBytes = 4 * Length }));
        Assert.Equal([-1, 0], Choose(Request([1, 2], 1000, Step(Choice(10, work: 7)), Step(Choice(10, work: 7))) with { ComputeBudget = (2 * ForwardWork) + 7 }));
    }

    [Fact]
    public void A_payload_budget_of_the_only_choice_is_no_limit()
    {
        Assert.Equal([0], Choose(Request([1], 1000, Step(Choice(10))) with { PayloadBudgetBytes = 4 * Length }));
        Assert.Throws<BudgetTooSmallException>(() => Choose(Request([1], 1000, Step(Choice(10))) with { PayloadBudgetBytes = (4 * Length) - 1 }));
    }

    [Fact]
    public void With_unlimited_memory_a_choice_whose_workspace_is_the_peak_fits()
    {
        Assert.Equal([0], Choose(Request([1], long.MaxValue, Step(Choice(1) with { WorkspaceBytes = 5000 }))));
        Assert.Equal([0, 0], Choose(Request([1, 1], long.MaxValue, Step(Choice(1)), Step(Choice(1) with { WorkspaceBytes = 5000 }))));
    }

    [Fact]
    public void With_a_compute_budget_of_the_forward_pass_choices_without_multiply_adds_are_selected()
    {
        SelectionRequest request = Request([1, 2, 3], 1000, Step(Choice(1)), Step(Choice(1)), Step(Choice(1, work: 1))) with { ComputeBudget = 3 * ForwardWork };
        Assert.Equal([0, 0, -1], Choose(request));
        Assert.Throws<BudgetTooSmallException>(() => Choose(request with { ComputeBudget = (3 * ForwardWork) - 1 }));
    }

    [Fact]
    public void The_bound_is_not_below_an_importance_that_differs_by_less_than_the_rounding_of_values()
    {
        double more = 1 + Math.ScaleB(1, -51);
        foreach (double[] importance in new double[][] { [more, 1], [1, more] })
        {
            SelectionRequest request = Request(importance, 1 + 10, Step(Choice(10)), Step(Choice(10)));
            Assert.InRange(Selector.Select(request).Certificate.UpperBound!.Value, more, 1 + 1e-12);
            Assert.InRange(ExactSelector.ComputeUpperBound(request), more, 2);
        }
    }

    [Fact]
    public void If_all_importance_is_zero_the_relaxed_solution_exists_and_something_is_selected()
    {
        SelectionRequest request = Request([0, 0], 1000, Step(Choice(10)), Step(Choice(10)));
        var problem = new SelectionProblem(request);
        var dual = new SurrogateDual(problem, default);
        Assert.Equal((0, 0, 0.0), (dual.Bound, problem.Exponent, problem.Unit));
        Assert.NotNull(new CompletionTable(dual.Options, problem.FirstCut, dual.Weights[0], default, cells: 8, default).FindBest());
        Assert.Contains(0, Choose(request));
    }

    [Fact]
    public void Where_no_choice_can_be_the_cut_every_bound_is_negative()
    {
        var problem = new SelectionProblem(Request([1, 1], 5, Step(Choice(10)), Step(Choice(10))));
        Assert.Equal(2, problem.FirstCut);
        var dual = new SurrogateDual(problem, default);
        var bound = new CompletionBound(problem, dual, default);
        Assert.InRange(dual.Bound, long.MinValue, -1);
        Assert.InRange(bound.Of(2, default), long.MinValue, -1);
        bound.AddPrices(default);
        Assert.InRange(bound.Of(2, default), long.MinValue, -1);
    }

    [Fact]
    public void A_cancelled_token_ends_every_table_and_every_method()
    {
        using var source = new CancellationTokenSource();
        SelectionRequest request = Request([1, 2], 1 + 10, Step(Choice(10)), Step(Choice(10)));
        var problem = new SelectionProblem(request);
        var dual = new SurrogateDual(problem, source.Token);
        var bound = new CompletionBound(problem, dual, source.Token);
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => new SurrogateDual(problem, source.Token));
        Assert.Throws<OperationCanceledException>(() => new CompletionTable(dual.Options, problem.FirstCut, dual.Weights[0], default, 8, source.Token));
        Assert.Throws<OperationCanceledException>(() => new CompletionBound(problem, dual, source.Token));
        Assert.Throws<OperationCanceledException>(() => bound.AddPrices(source.Token));
        Assert.Throws<OperationCanceledException>(() => Selector.Select(request, source.Token));
        Assert.Throws<OperationCanceledException>(() => Selector.SelectAbove(request, 0, source.Token));
        Assert.Throws<OperationCanceledException>(() => ExactSelector.ComputeUpperBound(request, source.Token));

        // The canceled tables are created again.
        bound.AddPrices(default);
        Assert.InRange(bound.Of(2, default), problem.Steps[1].Options[0].Value, long.MaxValue);
    }

    [Fact]
    public void A_request_of_null_is_refused_by_its_name()
    {
        Assert.Equal("request", Assert.Throws<ArgumentNullException>(() => Selector.Select(null!)).ParamName);
        Assert.Equal("request", Assert.Throws<ArgumentNullException>(() => Selector.SelectAbove(null!, 0)).ParamName);
        Assert.Equal("request", Assert.Throws<ArgumentNullException>(() => ExactSelector.ComputeUpperBound(null!)).ParamName);
    }

    [Fact]
    public void A_search_that_drops_labels_of_a_step_with_many_choices_is_not_bounded_too_low()
    {
        int dropped = 0;
        foreach (SelectionRequest request in ManyChoices())
        {
            double best = Enumeration.Best(request)!.Value;
            var problem = new SelectionProblem(request);
            foreach (int width in new[] { 1, 2 })
            {
                var search = new LabelSearch(problem, floor: -1, default);
                long bound = search.Run(width);
                Assert.InRange(problem.ToImportance(bound + problem.Steps.Length), request.Importance.Scale(best) * (1 - 1e-14), double.MaxValue);
                dropped += bound > search.BestValue ? 1 : 0;
            }
        }

        Assert.InRange(dropped, 1, int.MaxValue);
    }

    [Fact]
    public void A_search_is_widened_until_the_optimum_is_proven_or_the_labels_suffice()
    {
        SelectionRequest request = Wide();
        var problem = new SelectionProblem(request);
        var search = new LabelSearch(problem, floor: -1, default);
        long narrow = search.Run(128);
        Assert.True(narrow > search.BestValue, "A model that needs more than 128 labels is needed.");
        long wider = Math.Min(narrow, search.Run(200));
        Assert.True(wider > search.BestValue, "A model that needs more than 200 labels is needed.");

        Assert.Equal(ToObjective(narrow), new ExactSelector { Labels = 128 }.Select(request).Certificate.UpperBound);
        Assert.Equal(ToObjective(wider), new ExactSelector { Labels = 200 }.Select(request).Certificate.UpperBound);
        Assert.InRange(Selector.Select(request).Certificate.Gap!.Value, 0, 1e-12);

        var one = new LabelSearch(problem, floor: -1, default);
        long first = Math.Min(one.Bound, one.Run(1));
        SelectionCertificate single = new ExactSelector { Labels = 1 }.Select(request).Certificate;
        Assert.Equal(ToObjective(first), single.UpperBound);
        Assert.Equal(one.Best!, single.Choices.AsEnumerable());

        double ToObjective(long bound) => request.Importance.Unscale(problem.ToImportance(bound + problem.Steps.Length));
    }

    [Fact]
    public void The_price_of_a_cost_does_not_depend_on_its_unit()
    {
        const int Shift = 32;
        int compared = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            SelectionRequest request = WideProfiles.Request(new Random(seed), maxSteps: 4) with { PayloadBudgetBytes = null, ComputeBudget = null };
            SelectionRequest scaled = new(Scale(request.Profile, Shift), request.Importance, request.MemoryBudgetBytes << Shift);
            (CompletionPrice price, long budget) = Find(request);
            (CompletionPrice scaledPrice, long scaledBudget) = Find(scaled);
            Assert.Equal(budget << Shift, scaledBudget);
            foreach (long cost in new[] { 1, 17, budget / 3, budget })
            {
                Assert.InRange(scaledPrice.Of(cost << Shift), price.Of(cost) - 1, price.Of(cost) + 1);
                compared += price.Of(cost) > 0 ? 1 : 0;
            }
        }

        Assert.InRange(compared, 20, int.MaxValue);

        static (CompletionPrice Price, long Budget) Find(SelectionRequest request)
        {
            var problem = new SelectionProblem(request);
            var dual = new SurrogateDual(problem, default);
            var weights = new ConstraintWeights(problem);
            return (problem.FirstCut == problem.Steps.Length ? default : CompletionPrice.Find(dual.Options, problem.FirstCut, weights), weights.Budget);
        }
    }

    [Fact]
    public void Steps_before_the_first_choice_take_no_memory_from_the_tables()
    {
        const int Steps = 900, Empty = 300;
        var layout = ParameterLayout.Create([.. Enumerable.Range(0, Steps).Select(t => ($"block{t}", new[] { 3 }))]);
        var profile = new TrainingProfile(
            layout,
            0,
            [.. Enumerable.Range(0, Steps).Select(t => new TrainingStep($"step{t}", 100, 100, 0, 0, t >= Empty && t % 60 == 0 ? [new TrainingChoice("all", [layout.RangeOf(t)], 100 + t, 100)] : []))]);
        var problem = new SelectionProblem(new SelectionRequest(profile, new BlockImportance(layout, [.. Enumerable.Repeat(1.0, Steps)]), 3000));
        Assert.Equal(Empty, problem.FirstCut);
        var dual = new SurrogateDual(problem, default);

        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = new CompletionBound(problem, dual, default);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 48 << 20, 65 << 20);
    }

    private const int Length = 4;
    private const long ForwardWork = 10;

    private static TrainingChoice Choice(long bytes, long work = 0) => new("all", [], bytes, 0, work);

    private static TrainingStep Step(TrainingChoice choice) => new("step", 1, 0, 0, 0, [choice]) { ForwardMultiplyAdds = ForwardWork };

    /// <summary>Makes a model of one block of four parameters per step; the choices get the whole block.</summary>
    private static SelectionRequest Request(double[] importance, long memory, params TrainingStep[] steps)
    {
        var layout = ParameterLayout.Create([.. steps.Select((_, t) => ($"block{t}", new[] { Length }))]);
        var profile = new TrainingProfile(layout, 0, [.. steps.Select((step, t) => step with { Name = $"step{t}", Choices = [.. step.Choices.Select(c => c with { Ranges = [layout.RangeOf(t)] })] })]);
        return new SelectionRequest(profile, new BlockImportance(layout, importance), memory);
    }

    private static int[] Choose(SelectionRequest request) => [.. Selector.Select(request).Certificate.Choices];

    private static TrainingProfile Scale(TrainingProfile profile, int shift) => new(
        profile.Layout,
        profile.ResidentBytes << shift,
        [.. profile.Steps.Select(step => step with
        {
            ForwardBytes = step.ForwardBytes << shift,
            BackwardBytes = step.BackwardBytes << shift,
            BackwardBytesAtCut = step.BackwardBytesAtCut << shift,
            PassThroughSavedBytes = step.PassThroughSavedBytes << shift,
            StreamedForwardBytes = step.StreamedForwardBytes << shift,
            BoundaryBytes = step.BoundaryBytes << shift,
            Choices = [.. step.Choices.Select(c => c with { SavedBytes = c.SavedBytes << shift, PersistentBytes = c.PersistentBytes << shift, WorkspaceBytes = c.WorkspaceBytes << shift })],
        })]);

    /// <summary>Makes up models of three steps with up to 24 choices each; the more parameters, the more of every cost, so that few labels dominate others.</summary>
    private static IEnumerable<SelectionRequest> ManyChoices()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            const int Parameters = 60;
            var layout = ParameterLayout.Create([.. Enumerable.Range(0, 3).Select(t => ($"block{t}", new[] { Parameters }))]);
            ImmutableArray<TrainingStep> steps =
            [
                .. Enumerable.Range(0, 3).Select(t => new TrainingStep($"step{t}", random.Next(20), random.Next(20), random.Next(20), 0,
                    [.. Enumerable.Range(1, 24).Select(k => new TrainingChoice($"choice{k}", [new(layout.RangeOf(t).Start, 2 * k)], (10 * k) + random.Next(9), 0, (5 * (25 - k)) + random.Next(4)))])),
            ];
            yield return new SelectionRequest(new TrainingProfile(layout, 0, steps), new BlockImportance(layout, random.NextDouble(), random.NextDouble(), random.NextDouble()), 300) { ComputeBudget = 200 };
        }
    }

    /// <summary>Makes a model for which the search has to keep more than 200 labels per step.</summary>
    private static SelectionRequest Wide() => WideProfiles.TightRequest(seed: 1, steps: 50);
}
