using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

public class ServerOptimizerTests
{
    private static readonly float[] Steps = [1, -.5f, 2];

    public static TheoryData<string, Func<ServerOptimizer>, double[]> Published => new()
    {
        { "Adam", () => ServerOptimizer.Adam(0.01), [.009900504888254238, .013460500535297477, .02373738523790809] },
        { "Yogi", () => ServerOptimizer.Yogi(0.01), [.00990049998750062, .013446351856988788, .023701381988845457] },
        { "Adagrad", () => ServerOptimizer.Adagrad(0.1), [.09990004999998751, .05521867256145147, .14246774173081528] },
        { "Momentum", () => ServerOptimizer.Momentum(), [1, 1.4, 3.76] },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Optimizers_meet_the_published_cases(string name, Func<ServerOptimizer> optimizer, double[] expected)
    {
        var bench = new Bench([0], new() { Capacity = 1, Optimizer = optimizer() });
        for (int i = 0; i < Steps.Length; i++)
        {
            bench.Submit(0, Steps[i]);
            Assert.True(Math.Abs(bench.Model[0] - expected[i]) < 1e-6 * Math.Abs(expected[i]), $"{name}, step {i}: {bench.Model[0]} instead of {expected[i]}");
        }
    }

    [Fact]
    public void Momentum_of_a_coordinate_left_alone_decays_without_being_applied()
    {
        var bench = new Bench([0, 0], new() { Capacity = 1, Optimizer = ServerOptimizer.Momentum(1, 0.5), MinMassShare = 0 });
        SelectionVersion both = default;
        SelectionVersion first = bench.Selections.Announce(ParameterSelection.Create(2, [new(0, 1)]));
        bench.Submit(bench.Header() with { SelectionVersion = both }, 8, 8);
        bench.Submit(bench.Header() with { SelectionVersion = first }, 0);
        bench.Submit(bench.Header() with { SelectionVersion = first }, 0);
        Assert.Equal(8, bench.Model[1]);
        bench.Submit(bench.Header() with { SelectionVersion = both }, 0, 0);
        // Coordinate 0 was moved every time: 8 + 4 + 2 + 1. Coordinate 1 only now: its momentum has become 8 / 2^3.
        Assert.Equal([15f, 9f], bench.Model);
    }

    [Fact]
    public void Coordinates_without_contributors_keep_their_bits()
    {
        var bench = new Bench([1, 2, 3], new() { Capacity = 1, Optimizer = ServerOptimizer.Adam() }, ParameterSelection.Create(3, [new(1, 1)]));
        bench.Submit(0, 5f);
        Assert.Equal(1f, bench.Model[0]);
        Assert.NotEqual(2f, bench.Model[1]);
        Assert.Equal(3f, bench.Model[2]);
        Assert.Equal(bench.Selections.Current.Selection, bench.Aggregator.Current.Changed);
    }

    [Fact]
    public void With_an_adaptive_optimizer_the_learning_rate_follows_the_mean_weight()
    {
        // Over the weighted sum the step of a lone stale update is undamped; Adam normalises it, so only the mean weight (1/2 at age 3) damps.
        float fresh = Bench.Buffer(new() { Optimizer = ServerOptimizer.Adam(1, 0, 0, 1e-9), Reduction = Reduction.WeightedMean(), Weighting = new PolynomialWeighting() }, 0, (4, 0, 1));
        float stale = Bench.Buffer(new() { Optimizer = ServerOptimizer.Adam(1, 0, 0, 1e-9), Reduction = Reduction.WeightedMean(), Weighting = new PolynomialWeighting() }, 0, (4, 3, 1));
        Assert.Equal(1, fresh, 1e-5);
        Assert.Equal(0.5, stale, 1e-5);
    }
}
