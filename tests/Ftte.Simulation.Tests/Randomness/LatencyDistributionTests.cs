using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Tests;

public sealed class LatencyDistributionTests
{
    private const int Draws = 40_000;

    // Each with the least and the greatest value it may give.
    private static readonly Dictionary<string, (LatencyDistribution Law, double Least, double Most)> Laws = new()
    {
        ["constant zero"] = (LatencyDistribution.Constant(0), 0, 0),
        ["constant"] = (LatencyDistribution.Constant(2.5), 2.5, 2.5),
        ["uniform"] = (LatencyDistribution.Uniform(1, 4), 1, 4),
        ["uniform point"] = (LatencyDistribution.Uniform(3, 3), 3, 3),
        ["half-normal"] = (LatencyDistribution.HalfNormal(1.5), 0, double.MaxValue),
        ["log-normal"] = (LatencyDistribution.LogNormal(3, 0.8), 0, double.MaxValue),
        ["log-normal point"] = (LatencyDistribution.LogNormal(3, 0), 3, 3),
        ["exponential"] = (LatencyDistribution.Exponential(7), 0, double.MaxValue),
        ["Pareto without uncut mean"] = (LatencyDistribution.Pareto(0.5, 2, 200), 2, 200),
        ["Pareto of shape 1"] = (LatencyDistribution.Pareto(1, 2, 200), 2, 200),
        ["Pareto"] = (LatencyDistribution.Pareto(2.5, 2, 20), 2, 20),
        ["Pareto point"] = (LatencyDistribution.Pareto(2.5, 2, 2), 2, 2),
        ["Zipf"] = (LatencyDistribution.Zipf(1.7, 100, 0.5), 0.5, 50),
        ["Zipf even"] = (LatencyDistribution.Zipf(0, 6), 1, 6),
        ["Zipf steep"] = (LatencyDistribution.Zipf(60, 1000), 1, 1000),
        ["Zipf point"] = (LatencyDistribution.Zipf(1, 1, 4), 4, 4),
        ["own"] = (LatencyDistribution.FromQuantile("logistic, folded", share => 2 * Math.Log((1 + share) / (1 - share))), 0, double.MaxValue),
        ["own of three"] = (LatencyDistribution.FromQuantile("measured", share => new[] { 1, 2.5, 7 }[(int)(3 * share)]), 1, 7),
        ["scaled"] = (LatencyDistribution.Uniform(1, 4).Scaled(2.5), 2.5, 10),
        ["scaled to nothing"] = (LatencyDistribution.Exponential(7).Scaled(0), 0, 0),
    };

    public static TheoryData<string> Names => [.. Laws.Keys];

    // The share of draws that are at or below a value, from the textbook.
    public static TheoryData<string, double, double> Shares => new()
    {
        { "uniform", 2, 1.0 / 3 },
        { "half-normal", 1.5, 0.682689 },
        { "half-normal", 3, 0.954500 },
        { "log-normal", 3, 0.5 },
        { "log-normal", 3 * 2.225540928, 0.841345 },
        { "exponential", 7, 1 - 0.367879 },
        { "Pareto without uncut mean", 8, 0.5 },
        { "Pareto without uncut mean", 199.99, 0.9 },
        { "Pareto of shape 1", 8, 0.75 },
        { "Pareto", 4, 1 - 0.176777 },
        { "Zipf", 0.5, 1 / 2.0007 },
        { "Zipf even", 4, 2.0 / 3 },
        { "own", 2 * Math.Log(3), 0.5 },
        { "own of three", 2.5, 2.0 / 3 },
        { "scaled", 5, 1.0 / 3 },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void The_mean_of_many_draws_is_the_mean_that_the_law_states(string name)
    {
        LatencyDistribution law = Laws[name].Law;
        double[] draws = Draw(law, seed: 1);
        double mean = draws.Average();
        double error = Math.Sqrt(draws.Average(draw => (draw - mean) * (draw - mean)) / draws.Length);
        Assert.InRange(mean, law.Mean - (4 * error) - 1e-12, law.Mean + (4 * error) + 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Draws_are_finite_not_negative_and_keep_to_the_bounds(string name)
    {
        (LatencyDistribution law, double least, double most) = Laws[name];
        Assert.All(Draw(law, seed: 2), draw => Assert.InRange(draw, least, most));
        Assert.InRange(law.Mean, least, most);
    }

    [Theory]
    [MemberData(nameof(Shares))]
    public void As_many_draws_lie_below_a_value_as_the_law_says(string name, double value, double share)
    {
        double[] draws = Draw(Laws[name].Law, seed: 3);
        double error = Math.Sqrt(share * (1 - share) / draws.Length);
        Assert.InRange(draws.Count(draw => draw <= value) / (double)draws.Length, share - (4 * error), share + (4 * error));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_gives_the_same_draws(string name) => Assert.Equal(Draw(Laws[name].Law, 4), Draw(Laws[name].Law, 4));

    [Theory]
    [InlineData("uniform")]
    [InlineData("half-normal")]
    [InlineData("log-normal")]
    [InlineData("exponential")]
    [InlineData("Pareto")]
    [InlineData("Zipf")]
    [InlineData("own")]
    [InlineData("scaled")]
    public void Another_seed_gives_other_draws(string name) => Assert.NotEqual(Draw(Laws[name].Law, 4), Draw(Laws[name].Law, 5));

    [Fact]
    public void What_exceeds_the_cap_becomes_the_cap()
    {
        double[] draws = Draw(LatencyDistribution.Pareto(0.5, 2, 200), 6);
        Assert.InRange(draws.Count(draw => draw == 200) / (double)Draws, 0.094, 0.106);
    }

    [Fact]
    public void Zipf_gives_whole_multiples_of_the_unit_and_all_of_them() =>
        Assert.Equal([0.25, 0.5, 0.75, 1, 1.25], Draw(LatencyDistribution.Zipf(1, 5, 0.25), 7).Distinct().Order());

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_negative_or_not_finite_is_refused_by_name(double bad)
    {
        Assert.Throws<ArgumentOutOfRangeException>("value", () => LatencyDistribution.Constant(bad));
        Assert.Throws<ArgumentOutOfRangeException>("min", () => LatencyDistribution.Uniform(bad, 1));
        Assert.Throws<ArgumentOutOfRangeException>("max", () => LatencyDistribution.Uniform(0, bad));
        Assert.Throws<ArgumentOutOfRangeException>("sigma", () => LatencyDistribution.LogNormal(1, bad));
        Assert.Throws<ArgumentOutOfRangeException>("exponent", () => LatencyDistribution.Zipf(bad, 10));
        RefusesAsScale(bad);
    }

    [Fact]
    public void Zero_is_refused_where_a_law_needs_a_scale() => RefusesAsScale(0);

    [Fact]
    public void Bounds_the_wrong_way_round_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("max", () => LatencyDistribution.Uniform(2, 1));
        Assert.Throws<ArgumentOutOfRangeException>("cap", () => LatencyDistribution.Pareto(1, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => LatencyDistribution.Zipf(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => LatencyDistribution.Zipf(1, 100_001));
    }

    [Fact]
    public void A_log_normal_distribution_without_a_finite_mean_is_rejected()
    {
        Assert.Throws<ArgumentOutOfRangeException>("sigma", () => LatencyDistribution.LogNormal(1, 100));
        Assert.True(double.IsFinite(LatencyDistribution.LogNormal(1, 37).Mean));
    }

    [Fact]
    public void A_distribution_has_a_description()
    {
        string[] texts = [.. Laws.Values.Select(law => law.Law.ToString())];
        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.Contains("Pareto 2.5 from 2 to 20", texts);
    }

    [Fact]
    public void A_law_of_ones_own_has_the_name_given_and_its_mean_is_close()
    {
        LatencyDistribution law = LatencyDistribution.FromQuantile("waiting", share => -7 * PortableMath.Log(1 - share));
        Assert.Equal("waiting", law.ToString());
        Assert.Equal(7, law.Mean, 0.001);
        Assert.Equal(Draw(LatencyDistribution.Exponential(7), 8), Draw(law, 8));
    }

    [Theory]
    [InlineData(-1e-9)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_quantile_that_is_negative_or_not_finite_is_refused_with_the_name_of_its_law(double bad)
    {
        Assert.Contains("'odd'", Assert.Throws<InvalidOperationException>(() => LatencyDistribution.FromQuantile("odd", share => share < 0.5 ? 1 : bad)).Message);

        // Between the quantiles that the mean is made of.
        LatencyDistribution law = LatencyDistribution.FromQuantile("odd", share => share * 20_000 % 2 is > 0.9 and < 1.1 ? 1 : bad);
        Assert.Contains("'odd'", Assert.Throws<InvalidOperationException>(() => Draw(law, 9)).Message);
    }

    [Fact]
    public void A_law_of_ones_own_needs_a_name_and_quantiles()
    {
        Assert.Throws<ArgumentException>("name", () => LatencyDistribution.FromQuantile(" ", share => share));
        Assert.Throws<ArgumentNullException>("name", () => LatencyDistribution.FromQuantile(null!, share => share));
        Assert.Throws<ArgumentNullException>("quantile", () => LatencyDistribution.FromQuantile("none", null!));
    }

    [Fact]
    public void A_scaled_distribution_draws_the_same_values_times_the_factor_and_describes_it()
    {
        LatencyDistribution law = LatencyDistribution.Pareto(2.5, 2, 20), scaled = law.Scaled(10);
        Assert.Equal(Draw(law, 10).Select(draw => 10 * draw), Draw(scaled, 10));
        Assert.Equal((10 * law.Mean, "10 x Pareto 2.5 from 2 to 20"), (scaled.Mean, scaled.ToString()));
    }

    [Fact]
    public void A_law_that_is_scaled_too_far_is_refused_and_its_draws_stay_finite()
    {
        Assert.Throws<ArgumentOutOfRangeException>("factor", () => LatencyDistribution.Constant(10).Scaled(1e308));
        foreach (double bad in (ReadOnlySpan<double>)[-1, double.NaN, double.PositiveInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>("factor", () => LatencyDistribution.Constant(10).Scaled(bad));
        }

        Assert.All(Draw(LatencyDistribution.Exponential(1).Scaled(1e308), 11), draw => Assert.True(double.IsFinite(draw)));
    }

    private static void RefusesAsScale(double bad)
    {
        Assert.Throws<ArgumentOutOfRangeException>("deviation", () => LatencyDistribution.HalfNormal(bad));
        Assert.Throws<ArgumentOutOfRangeException>("median", () => LatencyDistribution.LogNormal(bad, 1));
        Assert.Throws<ArgumentOutOfRangeException>("mean", () => LatencyDistribution.Exponential(bad));
        Assert.Throws<ArgumentOutOfRangeException>("shape", () => LatencyDistribution.Pareto(bad, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>("min", () => LatencyDistribution.Pareto(1, bad, 2));
        Assert.Throws<ArgumentOutOfRangeException>("cap", () => LatencyDistribution.Pareto(1, 1, bad));
        Assert.Throws<ArgumentOutOfRangeException>("unit", () => LatencyDistribution.Zipf(1, 10, bad));
    }

    private static double[] Draw(LatencyDistribution law, ulong seed)
    {
        var random = new SeededRandom(seed, 77);
        double[] draws = new double[Draws];
        for (int i = 0; i < draws.Length; i++)
        {
            draws[i] = law.Draw(ref random);
        }

        return draws;
    }
}
