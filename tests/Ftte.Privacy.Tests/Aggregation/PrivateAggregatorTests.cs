using Ftte.Aggregation;

namespace Ftte.Privacy.Tests;

public class PrivateAggregatorTests
{
    /// <summary>Ten times the standard deviation of <see cref="PrivacyBench.AlmostNoiseless"/>.</summary>
    private const double Tolerance = 1e-5;

    [Fact]
    public void A_version_is_the_sum_of_clipped_weighted_updates_over_the_capacity()
    {
        var bench = new PrivacyBench(options: PrivacyBench.OfCapacity(3));
        for (int i = 0; i < 3 * 3; i++)
        {
            bench.Submit(0, 0);
        }

        bench.Submit(bench.Header(age: 0), 0.3f, 0);
        bench.Submit(bench.Header(age: 3), 0, 0.8f);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(bench.Header(age: 0), 3, 4).Outcome);

        // Ages 0, 3 and 0 have weights 1, 1/2 and 1; the norm of the last one is 5.
        Assert.Equal((0.3 + 0.6) / 3, bench.Model[0], Tolerance);
        Assert.Equal((0.4 + 0.8) / 3, bench.Model[1], Tolerance);
    }

    [Fact]
    public void An_incomplete_buffer_is_divided_by_the_capacity_too()
    {
        var bench = new PrivacyBench(options: PrivacyBench.OfCapacity(4));
        bench.Submit(0.4f, 0);
        Assert.Null(bench.Flush());
        bench.Submit(0.4f, 0);

        Assert.NotNull(bench.Flush());

        Assert.Equal(0.2, bench.Model[0], Tolerance);
    }

    [Fact]
    public void Example_counts_do_not_matter()
    {
        var bench = new PrivacyBench();
        bench.Submit(bench.Header() with { ExampleCount = 1000 }, 1, 0);
        bench.Submit(bench.Header(), 0, 1);

        Assert.Equal([0.5, 0.5], bench.Model.Select(value => (double)value), (a, b) => Math.Abs(a - b) < Tolerance);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void An_update_that_is_not_finite_takes_its_place_as_zeros(float value)
    {
        var bench = new PrivacyBench();

        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(value, 1).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(1, 0).Outcome);

        Assert.Equal(0.5, bench.Model[0], Tolerance);
        Assert.Equal(0, bench.Model[1], Tolerance);
    }

    [Fact]
    public void A_very_long_update_is_clipped_and_not_rejected()
    {
        var bench = new PrivacyBench();
        bench.Submit(float.MaxValue, float.MinValue);
        bench.Submit(0, 0);

        Assert.Equal(Math.Sqrt(0.5) / 2, bench.Model[0], Tolerance);
        Assert.Equal(-Math.Sqrt(0.5) / 2, bench.Model[1], Tolerance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_noise_has_the_standard_deviation_of_the_options(int bands)
    {
        const int Length = 20_000;
        DifferentialPrivacyOptions privacy = new() { ClippingNorm = 0.5, NoiseMultiplier = 2, MaxVersions = 10, MinSeparation = 2, Bands = bands, TestSeed = 3 };
        var bench = new PrivacyBench(privacy, length: Length);
        var models = new List<float[]> { bench.Model };
        for (int i = 0; i < 4; i++)
        {
            bench.Submit(new float[Length]);
            models.Add(bench.Model);
        }

        double[] first = [.. models[2].Zip(models[0], (a, b) => (double)a - b)], second = [.. models[4].Zip(models[2], (a, b) => (double)a - b)];

        // Over K = 2: 2 * 0.5 / 2. The second row of the noise of two bands is z_2 - z_1 / 2.
        Assert.Equal(0.5, Deviation(first), 0.01);
        Assert.Equal(bands == 1 ? 0.5 : 0.5 * Math.Sqrt(1.25), Deviation(second), 0.01);
        Assert.Equal(bands == 1 ? 0 : -0.125, first.Zip(second, (a, b) => a * b).Average(), 0.01);

        static double Deviation(double[] values) => Math.Sqrt(values.Average(value => value * value));
    }

    [Fact]
    public void A_client_contributes_within_its_limits_only()
    {
        DifferentialPrivacyOptions privacy = PrivacyBench.AlmostNoiseless();
        (privacy.MaxParticipations, privacy.MinSeparation) = (2, 3);
        var bench = new PrivacyBench(privacy, PrivacyBench.OfCapacity(1));

        UpdateOutcome[] outcomes = [.. Enumerable.Range(0, 6).Select(i =>
        {
            UpdateOutcome outcome = bench.SubmitAs("a");
            bench.SubmitAs($"b{i}");
            return outcome;
        })];

        Assert.Equal(
            [UpdateOutcome.Published, UpdateOutcome.ParticipationLimit, UpdateOutcome.Published, UpdateOutcome.ParticipationLimit, UpdateOutcome.ParticipationLimit, UpdateOutcome.ParticipationLimit],
            outcomes);
        Assert.Equal(ParticipationStatus.Ended, bench.Aggregator.GetParticipation(new ClientId("a")));
    }

    [Fact]
    public void Training_ends_when_the_budget_is_spent()
    {
        DifferentialPrivacyOptions privacy = DifferentialPrivacyOptions.ForBudget(2, 1e-5, clippingNorm: 1, maxVersions: 2, new ParticipationLimits(2, 1));
        var bench = new PrivacyBench(privacy, PrivacyBench.OfCapacity(1));
        Assert.Equal(new PrivacySpending(0, 2, 0, 1e-5), bench.Aggregator.ComputeSpending());

        bench.SubmitAs("a");
        Assert.InRange(bench.Aggregator.ComputeSpending().Epsilon, 1, 1.99);
        Assert.Null(bench.Aggregator.EndReason);
        bench.SubmitAs("b");

        Assert.Equal(2, bench.Aggregator.ComputeSpending().Epsilon, 1e-9);
        Assert.Equal("The privacy budget is spent: epsilon 2 at delta 1E-05 after 2 of 2 versions.", bench.Aggregator.EndReason);
        Assert.Equal(UpdateOutcome.ParticipationLimit, bench.SubmitAs("c"));
        Assert.Equal(2, bench.Aggregator.Current.Version.Number);
    }

    [Fact]
    public void A_refused_version_spends_its_budget()
    {
        BufferedAggregatorOptions options = PrivacyBench.OfCapacity(1);
        options.Optimizer = ServerOptimizer.Sgd(1e300);
        var bench = new PrivacyBench(options: options);

        Assert.Equal(UpdateOutcome.Refused, bench.SubmitAs("a"));

        Assert.Equal(0, bench.Aggregator.Current.Version.Number);
        Assert.Equal(1, bench.Aggregator.ComputeSpending().Versions);
        Assert.Equal(1, bench.Aggregator.LatestRefusal!.Number);
    }

    [Fact]
    public void Adaptive_clipping_approaches_the_quantile_of_the_norms()
    {
        DifferentialPrivacyOptions privacy = new() { ClippingNorm = 0.1, NoiseMultiplier = 0.01, MaxVersions = 200, MaxParticipations = 200, AdaptiveClipping = new AdaptiveClipping(0.5), TestSeed = 1 };
        var bench = new PrivacyBench(privacy, PrivacyBench.OfCapacity(10));
        for (int i = 0; i < 100 * 10; i++)
        {
            bench.Submit(0.5f + (i % 10 / 10f), 0);
        }

        Assert.InRange(bench.Aggregator.ClippingNorm, 0.8, 1.2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_buffer_has_the_same_bits_in_every_arrival_order(int bands)
    {
        DifferentialPrivacyOptions privacy = new() { ClippingNorm = 1, NoiseMultiplier = 1, MaxVersions = 9, MaxParticipations = 3, MinSeparation = 3, Bands = bands, TestSeed = 5 };
        var expected = Run(null);

        for (int seed = 0; seed < 10; seed++)
        {
            Assert.Equal(expected, Run(new Random(seed)));
        }

        float[] Run(Random? order)
        {
            var bench = new PrivacyBench(privacy, PrivacyBench.OfCapacity(4), length: 33);
            var values = new Random(1);
            ParameterSelection[] selections = [bench.Selections.Current.Selection, ParameterSelection.Create(33, [new ParameterRange(5, 9), new ParameterRange(20, 1)])];
            bench.Selections.Announce(selections[1]);
            for (int version = 0; version < 3; version++)
            {
                (UpdateHeader, float[])[] updates = [.. Enumerable.Range(0, 4).Select(i => (
                    bench.Header(age: Math.Min(version, i % 2)) with { SelectionVersion = new SelectionVersion(i / 2) },
                    Enumerable.Range(0, selections[i / 2].Count).Select(_ => values.NextSingle() - 0.5f).ToArray()))];
                order?.Shuffle(updates);
                foreach ((UpdateHeader header, float[] update) in updates)
                {
                    bench.Submit(header, update);
                }
            }

            return bench.Model;
        }
    }

    [Fact]
    public void Runs_without_a_test_seed_differ()
    {
        Assert.NotEqual(Run(), Run());

        static float[] Run()
        {
            DifferentialPrivacyOptions privacy = new() { ClippingNorm = 1, NoiseMultiplier = 1, MaxVersions = 1 };
            var bench = new PrivacyBench(privacy, PrivacyBench.OfCapacity(1));
            bench.Submit(0, 0);
            return bench.Model;
        }
    }
}
