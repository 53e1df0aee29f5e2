using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>The bound by weak duality of small models: one constraint at a time against its value by hand, and all together against enumeration.</summary>
public class DualBoundTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [10]), ("b", [10]), ("c", [10]));

    public static TheoryData<string, double, SelectionRequest> Constraints
    {
        get
        {
            TrainingStep a = Step(0), b = Step(1), c = Step(2);
            return new()
            {
                { "no limit", 3, Request(1000, a, b, c) },

                // Both choices share a budget for one and a half.
                { "payload", 1.5, Request(1000, a, b) with { PayloadBudgetBytes = 60 } },
                { "compute", 1.5, Request(1000, With(a, x => x with { MultiplyAdds = 40 }), With(b, x => x with { MultiplyAdds = 40 })) with { ComputeBudget = 60 } },
                { "compute of the forward pass", 1.5, Request(1000, With(a, x => x with { MultiplyAdds = 40 }) with { ForwardMultiplyAdds = 7 }, With(b, x => x with { MultiplyAdds = 40 }) with { ForwardMultiplyAdds = 3 }) with { ComputeBudget = 70 } },
                { "bytes held throughout", 1.5, Request(60, With(a, x => x with { PersistentBytes = 40 }), With(b, x => x with { PersistentBytes = 40 })) },
                { "saved bytes", 1.5, Request(60, With(a, x => x with { SavedBytes = 40 }), With(b, x => x with { SavedBytes = 40 })) },
                { "workspace", 1.5, Request(60, a, With(b, x => x with { WorkspaceBytes = 120 }) with { BackwardBytesAtCut = 1000 }) },

                // The first step cannot be trained, because a moment after it needs more than the budget.
                { "forward pass", 1, Request(120, With(a, x => x with { SavedBytes = 40 }), b with { ForwardBytes = 100 }) },
                { "backward pass", 1, Request(120, a, b with { BackwardBytes = 200 }) },
                { "backward pass at the cut", 1, Request(120, a with { BackwardBytesAtCut = 200 }, b) },
                { "bytes saved by a step without choices", 1, Request(120, a, b with { Choices = [], PassThroughSavedBytes = 40 }, c with { BackwardBytes = 100 }) },
                { "input gradient", 1, Request(120, a, b with { InputGradientMultiplyAdds = 50 }) with { ComputeBudget = 40 } },

                { "boundary of the first step", 1, Request(120, a with { BoundaryBytes = 1000 }) },

                // The second step cannot be the first one that is trained. With the first step, half of it fits the payload.
                { "earlier steps", 1.5, Request(120, a with { ForwardBytes = 100 }, b with { BoundaryBytes = 40 }) with { PayloadBudgetBytes = 60 } },
                { "earlier steps that stream", 1.5, Request(120, a with { ForwardBytes = 10, StreamedForwardBytes = 100 }, b with { BoundaryBytes = 40 }) with { PayloadBudgetBytes = 60 } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Constraints))]
    public void A_single_constraint_has_the_bound_of_fractional_choices(string constraint, double expected, SelectionRequest request)
    {
        double bound = Unscaled(request, Compute(request, target: 0)!.Value);

        Assert.True(bound >= expected && bound <= expected * 1.01, $"{constraint}: {bound} instead of {expected}");
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    public void The_bound_is_not_below_the_known_selection(double target)
    {
        SelectionRequest request = Request(10, With(Step(0), x => x with { PersistentBytes = 40 }));

        Assert.Equal(target, Compute(request, target));
    }

    [Fact]
    public void Choices_that_refute_a_claim_end_the_computation()
    {
        SelectionRequest request = Request(1000, Step(0), Step(1));
        List<(int[] Choices, double Objective)> relaxed = [];

        Assert.Null(new DualBound(request, 0, (choices, objective) =>
        {
            relaxed.Add((choices, objective));
            return true;
        }, default).Compute());

        // The last cut is relaxed first.
        Assert.Equal([-1, 0], Assert.Single(relaxed).Choices);
        Assert.Equal(1, Unscaled(request, relaxed[0].Objective));
    }

    [Fact]
    public void A_canceled_computation_throws() =>
        Assert.Throws<OperationCanceledException>(() => new DualBound(Request(1000, Step(0)), 0, (_, _) => false, new CancellationToken(canceled: true)).Compute());

    [Fact]
    public void Bounds_of_small_models_are_not_below_the_best_selection_and_as_close_as_measured()
    {
        double gaps = 0;
        int count = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            SelectionRequest request = WideProfiles.Request(new Random(seed), maxSteps: 4);
            if (Enumeration.Best(request) is not ({ } best and > 0))
            {
                continue;
            }

            double target = request.Importance.Scale(best), bound = Compute(request, target, (choices, objective) =>
                Assert.Equal(choices.Select((c, t) => c < 0 ? 0 : request.Importance.Scaled.Of(request.Profile.Steps[t].Choices[c].Ranges)).Sum(), objective, 1e-12))!.Value;
            Assert.True(bound >= target * (1 - 1e-12), $"seed {seed}: {best} is above the bound {Unscaled(request, bound)}");
            gaps += 1 - (target / bound);
            count++;
        }

        Assert.Equal((43, 0.075929), (count, Math.Round(gaps / count, 6)));
    }

    [Fact]
    public void A_slack_counts_if_it_is_negative_or_has_a_price()
    {
        DualPrices prices = Numbers(0), slack = Numbers(3);
        Assert.Equal(0, slack.SumOfSquares(prices));
        Assert.Equal(7 * 9, Numbers(-3).SumOfSquares(prices));
        Assert.Equal(7 * 9, slack.SumOfSquares(Numbers(1)));
        prices.Payload = 1;
        prices.Forward[1] = 1;
        Assert.Equal(2 * 9, slack.SumOfSquares(prices));
    }

    [Fact]
    public void Prices_move_against_the_slack_and_stay_nonnegative()
    {
        DualPrices prices = Numbers(1);
        var slack = new DualPrices(2) { BeforeCut = -2, Payload = 1, Compute = 8 };
        (slack.Forward[0], slack.Forward[1], slack.Backward[0], slack.Backward[1]) = (-4, 6, 0.5, -1);
        prices.MoveAgainst(slack, 0.5);

        Assert.Equal((2, 0.5, 0), (prices.BeforeCut, prices.Payload, prices.Compute));
        Assert.Equal([3, 0], prices.Forward);
        Assert.Equal([0.75, 1.5], prices.Backward);
    }

    private static DualPrices Numbers(double value)
    {
        var numbers = new DualPrices(2) { BeforeCut = value, Payload = value, Compute = value };
        Array.Fill(numbers.Forward, value);
        Array.Fill(numbers.Backward, value);
        return numbers;
    }

    private static double? Compute(SelectionRequest request, double target, Action<int[], double>? relaxed = null) =>
        new DualBound(request, target, (choices, objective) =>
        {
            relaxed?.Invoke(choices, objective);
            return false;
        }, default).Compute();

    private static double Unscaled(SelectionRequest request, double scaled) => request.Importance.Unscale(scaled);

    private static TrainingStep Step(int t) => new($"step{t}", 0, 0, 0, 0, [new TrainingChoice("all", [Layout.RangeOf(t)], 0)]);

    private static TrainingStep With(TrainingStep step, Func<TrainingChoice, TrainingChoice> change) => step with { Choices = [change(step.Choices[0])] };

    private static SelectionRequest Request(long memory, params TrainingStep[] steps)
    {
        ParameterLayout layout = ParameterLayout.Create([.. Layout.Blocks.Take(steps.Length).Select(b => (b.Name, new[] { b.Range.Length }))]);
        return new SelectionRequest(new TrainingProfile(layout, 0, [.. steps]), new BlockImportance(layout, [.. steps.Select(_ => 1.0)]), memory);
    }
}
