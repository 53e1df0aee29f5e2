using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>Fronts against a comparison with every earlier pair.</summary>
public class ParetoFrontTests
{
    [Fact]
    public void A_front_contains_the_pairs_that_no_other_pair_dominates()
    {
        var random = new Random(5);
        for (int round = 0; round < 50; round++)
        {
            var front = new ParetoFront();
            List<(long First, long Second)> added = [];
            for (int i = 0; i < 40; i++)
            {
                (long First, long Second) pair = (random.Next(12), random.Next(12));
                bool isDominated = added.Exists(a => a.First <= pair.First && a.Second <= pair.Second);
                Assert.Equal(isDominated, front.Dominates(pair.First, pair.Second));
                Assert.Equal(!isDominated, front.TryAdd(pair.First, pair.Second));
                added.Add(pair);
                Assert.Equal(CountUndominated([.. added.Distinct()]), front.Count);
            }
        }

        static int CountUndominated(List<(long First, long Second)> pairs) => pairs.Count(p => !pairs.Exists(q => q != p && q.First <= p.First && q.Second <= p.Second));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(60, null)]
    [InlineData(null, 900)]
    [InlineData(60, 900)]
    [InlineData(130, 900)]
    public void A_frontier_drops_only_costs_that_an_earlier_cost_dominates(int? payload, int? compute)
    {
        SelectionRequest request = WideProfiles.Request(new Random(11), minSteps: 6, maxSteps: 6);
        request = request with
        {
            PayloadBudgetBytes = payload,
            ComputeBudget = compute is { } extra ? request.Profile.CountMultiplyAdds([.. request.Profile.Steps.Select(_ => -1)]) + extra : null,
        };
        var problem = new SelectionProblem(request);
        Assert.Equal((payload is null, compute is null), (problem.Payload == long.MaxValue, problem.Compute == long.MaxValue));
        var frontier = new LabelFrontier(problem);
        var random = new Random(7);
        List<SuffixCost> added = [];
        int dropped = 0, dominated = 0;
        for (int i = 0; i < 600; i++)
        {
            SuffixCost cost = new(random.Next(40), random.Next(40), payload is { } budget ? random.Next(budget + 1) : 0, compute is null ? 0 : random.Next(901));
            bool isDominated = added.Exists(a => a.Need <= cost.Need && a.Held <= cost.Held && a.Payload <= cost.Payload && a.Compute <= cost.Compute);
            bool isDropped = !frontier.TryAdd(cost);
            Assert.True(isDominated || !isDropped, $"{cost} is dropped, but not dominated");
            added.Add(cost);
            dominated += isDominated ? 1 : 0;
            dropped += isDropped ? 1 : 0;
        }

        // Shares of payload and compute are rounded, so that a few dominated costs are kept. With both, the shares are coarser.
        Assert.InRange(dropped, dominated * (payload is null && compute is null ? 1 : payload is null || compute is null ? 0.98 : 0.9), dominated);
    }

    [Theory]
    [InlineData(130, null)]
    [InlineData(130, 900)]
    [InlineData(null, 900)]
    public void Costs_that_use_less_of_a_budget_than_every_earlier_one_are_kept(int? payload, int? compute)
    {
        SelectionRequest request = WideProfiles.Request(new Random(11), minSteps: 6, maxSteps: 6);
        request = request with
        {
            PayloadBudgetBytes = payload,
            ComputeBudget = compute is { } extra ? request.Profile.CountMultiplyAdds([.. request.Profile.Steps.Select(_ => -1)]) + extra : null,
        };
        var frontier = new LabelFrontier(new SelectionProblem(request));

        for (int used = payload ?? compute!.Value; used >= 0; used--)
        {
            Assert.True(frontier.TryAdd(new SuffixCost(5, 5, payload is null ? 0 : used, payload is null ? used : compute / 2 ?? 0)), $"The cost that uses {used} of the budget is dropped, but none dominates it.");
        }
    }

    [Fact]
    public void Equal_costs_and_costs_of_a_whole_budget_are_dominated()
    {
        SelectionRequest request = WideProfiles.Request(new Random(11), minSteps: 6, maxSteps: 6) with { PayloadBudgetBytes = 60, ComputeBudget = null };
        var frontier = new LabelFrontier(new SelectionProblem(request));
        Assert.True(frontier.TryAdd(new SuffixCost(5, 5, 60, 0)));
        Assert.False(frontier.TryAdd(new SuffixCost(5, 5, 60, 0)));
        Assert.True(frontier.TryAdd(new SuffixCost(5, 5, 59, 0)));
        Assert.True(frontier.TryAdd(new SuffixCost(4, 5, 60, 0)));
        Assert.True(frontier.TryAdd(new SuffixCost(5, 4, 60, 0)));
        Assert.True(frontier.TryAdd(new SuffixCost(1, 1, 0, 0)));
        Assert.False(frontier.TryAdd(new SuffixCost(1, 1, 60, 0)));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(60, null)]
    [InlineData(null, 900)]
    [InlineData(60, 900)]
    public void After_four_million_pairs_costs_are_compared_but_not_added(int? payload, int? compute)
    {
        SelectionRequest request = WideProfiles.Request(new Random(11), minSteps: 6, maxSteps: 6);
        request = request with
        {
            PayloadBudgetBytes = payload,
            ComputeBudget = compute is { } extra ? request.Profile.CountMultiplyAdds([.. request.Profile.Steps.Select(_ => -1)]) + extra : null,
        };
        var frontier = new LabelFrontier(new SelectionProblem(request));

        // A cost of the whole budget belongs to the last share, which one front contains.
        const int Pairs = 1 << 22;
        long used = payload ?? 0, work = compute ?? 0;
        for (int i = 0; i < Pairs; i++)
        {
            if (!frontier.TryAdd(new SuffixCost(i + 10, Pairs + 10 - i, used, work)))
            {
                Assert.Fail($"The cost {i} is dropped, but none dominates it.");
            }
        }

        Assert.False(frontier.TryAdd(new SuffixCost(Pairs + 9, 11, used, work)));
        Assert.False(frontier.TryAdd(new SuffixCost(Pairs + 20, 12, used, work)));
        Assert.True(frontier.TryAdd(new SuffixCost(1, Pairs + 20, used, work)));
        Assert.True(frontier.TryAdd(new SuffixCost(1, Pairs + 20, used, work)), "A cost is added beyond the maximum of pairs.");
    }
}
