using CsCheck;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class GreedySelectorTests
{
    private static readonly GreedySelector Selector = new();

    [Fact]
    public void A_selection_never_breaks_a_budget_and_its_certificate_is_true() =>
        RandomProfiles.Requests(steps: 10).Sample(request =>
        {
            SelectionResult result;
            try
            {
                result = Selector.Select(request);
            }
            catch (BudgetTooSmallException)
            {
                return;
            }

            SelectionCertificate certificate = result.Certificate;
            TrainingChoice[] chosen = [.. request.Profile.Steps.Zip(certificate.Choices).Where(p => p.Second >= 0).Select(p => p.First.Choices[p.Second])];
            long peak = MemoryTimeline.Compute(request.Profile, certificate.Choices.AsSpan()).PeakBytes;
            Assert.True(peak <= request.MemoryBudgetBytes);
            Assert.False(4 * result.Selection.Count > request.PayloadBudgetBytes);
            Assert.NotEmpty(chosen);
            Assert.Equal(ParameterSelection.Create(request.Profile.Layout.ParameterCount, chosen.SelectMany(c => c.Ranges)), result.Selection);
            Assert.Equal(peak, certificate.Timeline.PeakBytes);
            Assert.Equal(request.MemoryBudgetBytes - peak, certificate.MemorySlackBytes);
            Assert.Equal(4 * result.Selection.Count, certificate.PayloadBytes);
            Assert.Equal(chosen.Sum(c => request.Importance.Of(c.Ranges)), certificate.Objective, 1e-12);
        }, iter: 500);

    [Fact]
    public void With_a_compute_budget_choices_are_taken_by_importance_per_multiply_add()
    {
        SelectionRequest request = WithoutMemory((1, 10, 100), (1, 9, 50), (1, 8, 50), (1, 9.5, 70));

        // The most important choice alone takes the whole budget.
        SelectionCertificate certificate = Selector.Select(new(request.Profile, request.Importance, request.MemoryBudgetBytes) { ComputeBudget = 110 }).Certificate;
        Assert.Equal([-1, 0, 0, -1], certificate.Choices.AsEnumerable());
        Assert.Equal((100, 10), (certificate.MultiplyAdds, certificate.ComputeSlack));
        Assert.Equal([-1, 0, 0, -1], Choose(new(request.Profile, request.Importance, request.MemoryBudgetBytes) { ComputeBudget = 100 }));
    }

    [Fact]
    public void With_a_payload_budget_choices_are_taken_by_the_importance_that_they_add_per_byte_that_they_add()
    {
        SelectionRequest request = WithoutMemory((40, 100, 0), (50, 9, 0), (20, 4, 0), (20, 4, 0), (20, 4, 0));

        // After the first, the second fits as well, but its importance per byte is smaller than that of the others.
        Assert.Equal([0, -1, 0, 0, 0], Choose(new(request.Profile, request.Importance, request.MemoryBudgetBytes, 4 * 100)));
    }

    [Fact]
    public void Nothing_more_fits_beside_the_selection() =>
        RandomProfiles.Requests(steps: 8).Sample(request =>
        {
            int[] choices;
            try
            {
                choices = Choose(request);
            }
            catch (BudgetTooSmallException)
            {
                return;
            }

            for (int step = 0; step < choices.Length; step++)
            {
                int chosen = choices[step];
                for (choices[step] = 0; choices[step] < request.Profile.Steps[step].Choices.Length; choices[step]++)
                {
                    Assert.False(Fits(request, choices) && Worth(request, step, choices[step]) > Worth(request, step, chosen));
                }

                choices[step] = chosen;
            }
        }, iter: 300);

    [Fact]
    public void A_request_is_refused_exactly_when_nothing_fits() =>
        RandomProfiles.Requests(steps: 5).Sample(request =>
        {
            bool possible = RandomProfiles.AllChoices(request.Profile).Any(choices => choices.Any(c => c >= 0) && Fits(request, choices));
            Assert.Equal(possible, Record.Exception(() => Selector.Select(request)) is null);
        }, iter: 400);

    [Fact]
    public void A_refusal_names_the_smallest_budget_that_would_do() =>
        RandomProfiles.Requests(steps: 5).Sample(request =>
        {
            if (Record.Exception(() => Selector.Select(request)) is not BudgetTooSmallException refusal)
            {
                return;
            }

            Assert.Equal(refusal.Budget == SelectionBudget.Memory ? request.MemoryBudgetBytes : request.PayloadBudgetBytes, refusal.Available);
            Assert.True(refusal.Required > refusal.Available);
            Assert.Contains($"{refusal.Required}", refusal.Message, StringComparison.Ordinal);

            // The named budget was the one in the way: raised as told, something fits, or only the other one is still too small.
            SelectionRequest raised = Raise(request, refusal.Required);
            if (Record.Exception(() => Selector.Select(raised)) is BudgetTooSmallException second)
            {
                Assert.Equal((SelectionBudget.Memory, SelectionBudget.Payload), (refusal.Budget, second.Budget));
            }

            Assert.Throws<BudgetTooSmallException>(() => Selector.Select(Raise(request, refusal.Required - 1)));

            SelectionRequest Raise(SelectionRequest tooSmall, long bytes) => refusal.Budget == SelectionBudget.Memory
                ? tooSmall with { MemoryBudgetBytes = bytes }
                : tooSmall with { PayloadBudgetBytes = bytes };
        }, iter: 400);

    [Fact]
    public void A_selection_has_at_least_the_importance_of_the_best_single_choice_and_nearly_always_nine_tenths_of_the_optimum()
    {
        int requests = 0, close = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            SelectionRequest request = RandomProfiles.Request(new Random(seed), steps: 5);
            int[][] fitting = [.. RandomProfiles.AllChoices(request.Profile).Where(choices => choices.Any(c => c >= 0) && Fits(request, choices))];
            if (fitting.Length > 0)
            {
                double worth = Selector.Select(request).Certificate.Objective;
                Assert.True(worth >= fitting.Where(choices => choices.Count(c => c >= 0) == 1).Max(Worth) - 1e-12);
                requests++;
                close += worth >= 0.9 * fitting.Max(Worth) - 1e-12 ? 1 : 0;
            }

            double Worth(int[] choices) => choices.Select((choice, step) => GreedySelectorTests.Worth(request, step, choice)).Sum();
        }

        Assert.True(requests > 100);
        Assert.True(close >= 0.95 * requests, $"{close} of {requests}");
    }

    [Fact]
    public void The_selection_is_the_definition_written_out() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                SelectionRequest request = WideProfiles.Request(new Random(seed));
                var table = new ChoiceTable(request);
                if (table.BestSingle(default) is not { } single)
                {
                    Assert.Throws<BudgetTooSmallException>(() => Selector.Select(request));
                    return;
                }

                int[] grown = Grow(table.Nothing()), fromSingle = Grow(single);
                int[] expected = grown.All(c => c < 0) || table.Importance(fromSingle) > table.Importance(grown) ? fromSingle : grown;
                Assert.Equal(expected, Selector.Select(request).Certificate.Choices.AsEnumerable());

                int[] Grow(int[] start)
                {
                    int[] choices = [.. start];
                    while (true)
                    {
                        SelectionCost before = table.Cost(choices);
                        var moves = from step in Enumerable.Range(0, choices.Length)
                                    from choice in Enumerable.Range(0, table.ChoiceCount(step))
                                    let gain = table.Importance(step, choice) - table.Importance(step, choices[step])
                                    let after = table.Cost([.. choices[..step], choice, .. choices[(step + 1)..]])
                                    where gain > 0 && table.Fits(after)
                                    let price = Price(before, after)
                                    orderby price > 0 ? gain / price : double.PositiveInfinity descending, gain descending
                                    select (int[])[.. choices[..step], choice, .. choices[(step + 1)..]];
                        if (moves.FirstOrDefault() is not { } best)
                        {
                            return choices;
                        }

                        choices = best;
                    }
                }

                double Price(SelectionCost before, SelectionCost after) =>
                    ((after.Peak - before.Peak) / (double)Math.Max(1, request.MemoryBudgetBytes - table.Cost(table.Nothing()).Peak))
                    + ((after.Payload - before.Payload) / Math.Max(1, request.PayloadBudgetBytes ?? double.PositiveInfinity))
                    + ((after.MultiplyAdds - before.MultiplyAdds) / Math.Max(1, request.ComputeBudget ?? double.PositiveInfinity));
            },
            iter: 100);

    [Fact]
    public void Importance_per_byte_comes_before_importance()
    {
        // 6 for 10 bytes, twice, against 10 for 20.
        SelectionResult result = Selector.Select(Knapsack(20, (10, 20), (6, 10), (6, 10)));
        Assert.Equal([-1, 0, 0], result.Certificate.Choices.ToArray());
        Assert.Equal(12, result.Certificate.Objective);
    }

    [Fact]
    public void A_cheap_choice_of_little_importance_does_not_displace_a_more_important_one() =>
        Assert.Equal([-1, 0], Choose(Knapsack(100, (2, 1), (50, 100))));

    [Fact]
    public void Equal_choices_go_to_the_earlier_step() =>
        Assert.Equal([0, 0, -1], Choose(Knapsack(20, (5, 10), (5, 10), (5, 10))));

    [Fact]
    public void Of_choices_without_a_price_the_more_valuable_comes_first()
    {
        // The input's 100 bytes are the peak; beside it any two choices are free, and all three do not fit.
        var layout = ParameterLayout.Create(("a", [1]), ("b", [1]), ("c", [1]));
        TrainingStep[] choices = [.. Enumerable.Range(0, 3).Select(i => new TrainingStep($"step{i}", 0, 0, 0, 0, [new("all", [layout.RangeOf(i)], SavedBytes: 50)]))];
        var profile = new TrainingProfile(layout, 0, [new("input", 100, 0, 0, 0, []), .. choices]);
        Assert.Equal([-1, 0, -1, 0], Choose(new SelectionRequest(profile, new BlockImportance(layout, 10, 3, 5), 100)));
    }

    [Fact]
    public void Half_of_the_optimum_is_certain_when_costs_only_add_up() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 60], (worth, bytes) => ((double)worth, (long)bytes)).Array[1, 9].SelectMany(items => Gen.Int[60, 200].Select(budget => (items, budget)))
            .Sample((items, budget) =>
            {
                SelectionRequest request = Knapsack(budget, items);
                double best = RandomProfiles.AllChoices(request.Profile).Where(c => Fits(request, c)).Max(c => c.Zip(items).Sum(p => p.First < 0 ? 0 : p.Second.Item1));
                Assert.True(Selector.Select(request).Certificate.Objective >= best / 2);
            }, iter: 100);

    [Fact]
    public void A_step_is_upgraded_while_memory_lasts()
    {
        SelectionRequest request = Layer(biasBytes: 4, quarterBytes: 40, allBytes: 130);
        Assert.Equal([0], Choose(request with { MemoryBudgetBytes = 39 }));
        Assert.Equal([1], Choose(request with { MemoryBudgetBytes = 129 }));
        Assert.Equal([2], Choose(request with { MemoryBudgetBytes = 130 }));
    }

    [Fact]
    public void A_payload_budget_limits_what_travels()
    {
        SelectionRequest request = Layer(biasBytes: 4, quarterBytes: 40, allBytes: 130) with { MemoryBudgetBytes = 1000 };
        Assert.Equal([2], Choose(request with { PayloadBudgetBytes = 4 * 18 }));
        Assert.Equal([1], Choose(request with { PayloadBudgetBytes = (4 * 18) - 1 }));
        Assert.Equal([0], Choose(request with { PayloadBudgetBytes = 8 }));
        var refusal = Assert.Throws<BudgetTooSmallException>(() => Selector.Select(request with { PayloadBudgetBytes = 7 }));
        Assert.Equal((SelectionBudget.Payload, 7, 8), (refusal.Budget, refusal.Available, refusal.Required));
        Assert.Contains("payload", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Per_byte_counts_payload_when_that_is_scarce()
    {
        // Two blocks of equal worth and memory; the second takes a tenth of the payload.
        var layout = ParameterLayout.Create(("wide", [100]), ("narrow", [10]));
        var profile = new TrainingProfile(layout, 0, [Step(layout, 0, 10), Step(layout, 1, 10)]);
        var request = new SelectionRequest(profile, new BlockImportance(layout, 1, 1), 10);
        Assert.Equal([0, -1], Choose(request));
        Assert.Equal([-1, 0], Choose(request with { PayloadBudgetBytes = 400 }));
    }

    [Fact]
    public void Something_is_trained_even_if_everything_that_fits_has_importance_zero() =>
        Assert.Equal([0, -1], Choose(Knapsack(10, (0, 5), (7, 50))));

    [Fact]
    public void The_weakest_budget_that_does_is_named_when_memory_is_too_small()
    {
        var refusal = Assert.Throws<BudgetTooSmallException>(() => Selector.Select(Knapsack(9, (5, 30), (5, 10), (5, 20))));
        Assert.Equal((SelectionBudget.Memory, 9, 10), (refusal.Budget, refusal.Available, refusal.Required));
    }

    [Fact]
    public void The_memory_named_is_that_of_a_choice_that_may_travel()
    {
        var layout = ParameterLayout.Create(("wide", [100]), ("narrow", [10]));
        var profile = new TrainingProfile(layout, 0, [Step(layout, 0, 10), Step(layout, 1, 30)]);
        var request = new SelectionRequest(profile, new BlockImportance(layout, 1, 1), 5, PayloadBudgetBytes: 40);
        Assert.Equal(30, Assert.Throws<BudgetTooSmallException>(() => Selector.Select(request)).Required);
        Assert.Equal(10, Assert.Throws<BudgetTooSmallException>(() => Selector.Select(request with { PayloadBudgetBytes = 39 })).Required);
        var payload = Assert.Throws<BudgetTooSmallException>(() => Selector.Select(request with { MemoryBudgetBytes = 10 }));
        Assert.Equal((SelectionBudget.Payload, 400), (payload.Budget, payload.Required));
    }

    [Fact]
    public void The_same_request_gives_the_same_selection_on_every_thread()
    {
        SelectionRequest request = RandomProfiles.Request(new Random(5), steps: 10) with { MemoryBudgetBytes = 3000, PayloadBudgetBytes = null };
        int[] expected = Choose(request);
        Parallel.For(0, 20, _ => Assert.Equal(expected, Choose(request)));
    }

    [Fact]
    public void Nothing_is_refused() => Assert.Throws<ArgumentNullException>(() => Selector.Select(null!));

    private static int[] Choose(SelectionRequest request) => [.. Selector.Select(request).Certificate.Choices];

    /// <summary>One step per item, whose only cost is held throughout.</summary>
    private static SelectionRequest Knapsack(long budget, params (double Worth, long Bytes)[] items)
    {
        var layout = ParameterLayout.Create([.. items.Select((_, i) => ($"item{i}", new[] { 1 }))]);
        var profile = new TrainingProfile(layout, 0, [.. items.Select((item, i) => Step(layout, i, item.Bytes))]);
        return new SelectionRequest(profile, new BlockImportance(layout, [.. items.Select(item => item.Worth)]), budget);
    }

    private static TrainingStep Step(ParameterLayout layout, int block, long bytes) =>
        new($"step{block}", 0, 0, 0, 0, [new("all", [layout.RangeOf(block)], 0, bytes)]);

    /// <summary>A layer with 16 weights and 2 biases: the bias alone, a quarter of the weights with it, everything.</summary>
    private static SelectionRequest Layer(long biasBytes, long quarterBytes, long allBytes)
    {
        var layout = ParameterLayout.Create(("weight", [16]), ("bias", [2]));
        var profile = new TrainingProfile(layout, 0, [new("fc", 0, 0, 0, 0,
        [
            new("bias", [layout.RangeOf(1)], 0, biasBytes),
            new("weight 1/4 + bias", [new(0, 4), layout.RangeOf(1)], 0, quarterBytes),
            new("weight + bias", [new(0, 18)], 0, allBytes),
        ])]);
        return new SelectionRequest(profile, new BlockImportance(layout, 8, 3), 0);
    }

    private static bool Fits(SelectionRequest request, int[] choices) =>
        MemoryTimeline.Compute(request.Profile, choices).PeakBytes <= request.MemoryBudgetBytes
        && !(4L * choices.Select((choice, step) => choice < 0 ? 0 : request.Profile.Steps[step].Choices[choice].ParameterCount).Sum() > request.PayloadBudgetBytes);

    private static double Worth(SelectionRequest request, int step, int choice) =>
        choice < 0 ? 0 : request.Importance.Of(request.Profile.Steps[step].Choices[choice].Ranges);

    /// <summary>Creates a model of which each step has one choice, and memory for all.</summary>
    private static SelectionRequest WithoutMemory(params (int Parameters, double Importance, long MultiplyAdds)[] steps)
    {
        var layout = ParameterLayout.Create([.. steps.Select((step, t) => ($"block{t}", new[] { step.Parameters }))]);
        var profile = new TrainingProfile(layout, 0, [.. steps.Select((step, t) =>
            new TrainingStep($"step{t}", 0, 0, 0, 0, [new TrainingChoice("all", [layout.RangeOf(t)], SavedBytes: 1, PersistentBytes: 0, step.MultiplyAdds)]))]);
        return new SelectionRequest(profile, new BlockImportance(layout, [.. steps.Select(step => step.Importance)]), 1 << 20);
    }
}
