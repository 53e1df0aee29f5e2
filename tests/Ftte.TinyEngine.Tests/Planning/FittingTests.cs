using CsCheck;
using Ftte.Selection;

namespace Ftte.TinyEngine.Tests;

/// <summary><see cref="NetworkFitting.Fit"/>: leaves out micro-batch sizes that cannot win, and changes nothing by it.</summary>
public class FittingTests
{
    private static readonly double[] Shares = [0.125, 0.5, 1];

    [Fact]
    public void Leaving_out_sizes_that_cannot_win_gives_what_trying_all_of_them_gives() =>
        (from network in RandomNetworks.Network
         from batchSize in Gen.Int[1, 16]
         from momentum in Gen.Bool
         from share in Gen.Double[0, 1]
         from seed in Gen.Int[0, 1000]
         select (network, options: new SgdOptions { BatchSize = batchSize, Momentum = momentum ? 0.9f : 0 }, share, seed))
        .Sample(
            s =>
            {
                BlockImportance importance = s.seed % 2 == 0 ? Sizes(s.network) : Drawn(s.network, s.seed);
                long full = s.network.Plan(s.network.Trainable, s.options).PeakBytes, least = s.network.Plan(ParameterSelection.Create(s.network.Layout.ParameterCount, []), s.options).PeakBytes / 2;
                long budget = least + (long)(s.share * (full - least));
                FittedPlan? expected = TryAll(s.network, budget, s.options, importance, out long required);
                if (expected is null)
                {
                    Assert.Equal(required, Assert.Throws<BudgetTooSmallException>(() => s.network.Fit(budget, s.options, importance: importance, inputShares: Shares)).Required);
                    return;
                }

                FittedPlan fitted = s.network.Fit(budget, s.options, importance: importance, inputShares: Shares);
                Assert.InRange(fitted.Plan.PeakBytes, 0, budget);
                Assert.Equal(expected.Chosen is null, fitted.Chosen is null);
                if (expected.Chosen is { } chosen)
                {
                    double objective = chosen.Certificate.Objective;
                    Assert.InRange(fitted.Chosen!.Certificate.Objective, objective * (1 - 1e-8), objective * (1 + 1e-8));
                    Assert.InRange(fitted.Engine.MicroBatchSize ?? s.options.BatchSize, expected.Engine.MicroBatchSize ?? s.options.BatchSize, s.options.BatchSize);
                }
            },
            iter: 200);

    [Fact]
    public void Sizes_that_cannot_win_are_never_searched()
    {
        Network network = NetworkZoo.Create("resnet20", NormalizationKind.Batch);
        var options = new SgdOptions { BatchSize = 32 };
        BlockImportance importance = Sizes(network);
        MicroBatchCandidate[] candidates =
        [
            .. Sizes(options).Select((engine, rank) => new MicroBatchCandidate(rank, engine, network.Profile(options, engine, Shares))),
        ];
        var search = new PlanSearch(3_000_000, importance, new ExactSelector(), (selection, engine) => network.Plan(selection, options, engine));
        FittedPlan found = search.Find(candidates, default);
        Assert.InRange(search.Selections, 1, 2);
        Assert.Equal(TryAll(network, 3_000_000, options, importance, out _)!.Chosen!.Certificate.Objective, found.Chosen!.Certificate.Objective);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.1)]
    public void Of_a_hundred_like_layers_the_best_selection_is_found_and_proved(double share)
    {
        NetworkBuilder builder = Network.Build(64);
        for (int i = 0; i < 99; i++)
        {
            builder = builder.Linear($"layer{i}", 64).Relu();
        }

        Network network = builder.Linear("head", 10).SoftmaxCrossEntropy();
        var options = new SgdOptions();
        long full = network.Plan(network.Trainable, options).PeakBytes, least = Assert.Throws<BudgetTooSmallException>(() => network.Fit(0, options)).Required;
        long budget = least + (long)(share * (full - least));
        FittedPlan fitted = network.Fit(budget, options);
        Assert.InRange(fitted.Plan.PeakBytes, 0, budget);
        Assert.InRange(fitted.Chosen!.Certificate.Gap!.Value, 0, 1e-6);
    }

    /// <summary>The straightforward loop: every size, each with a search of its own.</summary>
    private static FittedPlan? TryAll(Network network, long budget, SgdOptions options, BlockImportance importance, out long required)
    {
        FittedPlan? best = null;
        required = long.MaxValue;
        foreach (EngineOptions engine in Sizes(options))
        {
            TrainingPlan whole = network.Plan(network.Trainable, options, engine);
            if (whole.PeakBytes <= budget)
            {
                return new FittedPlan(whole, engine, null);
            }
        }

        foreach (EngineOptions engine in Sizes(options))
        {
            TrainingProfile profile = network.Profile(options, engine, Shares);
            for (long aim = budget; aim >= 0;)
            {
                try
                {
                    SelectionResult chosen = new ExactSelector().Select(new SelectionRequest(profile, importance, aim));
                    TrainingPlan plan = network.Plan(chosen.Selection, options, engine);
                    if (plan.PeakBytes > budget)
                    {
                        aim -= plan.PeakBytes - budget;
                        required = aim < 0 ? Math.Min(required, plan.PeakBytes) : required;
                        continue;
                    }

                    best = best is null || chosen.Certificate.Objective > best.Chosen!.Certificate.Objective ? new FittedPlan(plan, engine, chosen) : best;
                }
                catch (BudgetTooSmallException refusal)
                {
                    required = Math.Min(required, refusal.Required);
                }

                break;
            }
        }

        return best;
    }

    private static IEnumerable<EngineOptions> Sizes(SgdOptions options)
    {
        for (int micro = options.BatchSize; micro >= 1; micro /= 2)
        {
            yield return new EngineOptions { MicroBatchSize = micro == options.BatchSize ? null : micro };
        }
    }

    private static BlockImportance Sizes(Network network) =>
        new(network.Layout, [.. network.Layout.Blocks.Select(b => network.Trainable.Contains(b.Range.Start) ? (double)b.Range.Length : 0)]);

    private static BlockImportance Drawn(Network network, int seed)
    {
        var random = new Random(seed);
        return new BlockImportance(network.Layout, [.. network.Layout.Blocks.Select(b => network.Trainable.Contains(b.Range.Start) ? random.NextDouble() : 0)]);
    }
}
