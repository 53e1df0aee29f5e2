using CsCheck;
using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

/// <summary>Running means and variances are averages of the devices' values, for every rule.</summary>
public class StatisticTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(
        [("weight", [3], ParameterRole.Trainable), ("mean", [2], ParameterRole.Statistic), ("variance", [2], ParameterRole.Variance), ("bias", [1], ParameterRole.Trainable)]);

    private static readonly float[] Start = [.5f, -.5f, 1, 0, 2, 1, 4, 0];

    public static TheoryData<string, Func<ServerOptimizer>> Optimizers => new()
    {
        { "SGD", () => ServerOptimizer.Sgd() },
        { "SGD 0.3", () => ServerOptimizer.Sgd(.3) },
        { "SGD 5", () => ServerOptimizer.Sgd(5) },
        { "momentum", () => ServerOptimizer.Momentum() },
        { "Adagrad", () => ServerOptimizer.Adagrad() },
        { "Adam", () => ServerOptimizer.Adam(.1) },
        { "Yogi", () => ServerOptimizer.Yogi(.1) },
    };

    private static readonly Reduction[] Reductions =
    [
        Reduction.MassDampedMean(), Reduction.MassDampedMean(false), Reduction.WeightedMean(), Reduction.OverCapacity(), Reduction.Sum(),
        Reduction.Median(), Reduction.TrimmedMean(), Reduction.MultiKrum(0, 2),
    ];

    private static readonly IStalenessWeighting[] Weightings =
    [
        new ConstantWeighting(), new AgeAndVarianceWeighting(), new PolynomialWeighting(.5, normalizedAtAge: 1), new AlignmentWeighting(),
    ];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Statistics_stay_between_the_current_values_and_those_that_the_devices_measured(string name, Func<ServerOptimizer> optimizer) =>
        Gen.Select(Gen.Int[0, Reductions.Length - 1], Gen.Int[0, Weightings.Length - 1], Gen.Bool, Gen.Int[0, int.MaxValue]).Sample((reduction, weighting, trained, seed) =>
        {
            var random = new Random(seed);
            var selections = new SelectionHistory(ParameterSelection.Full(Layout));
            selections.Announce(ParameterSelection.OfBlocks(Layout, "variance", "mean", "bias"));
            var aggregator = new BufferedAggregator(new ModelSnapshot(Layout, default, Start), selections, new()
            {
                Capacity = 5,
                Optimizer = optimizer(),
                Reduction = Reductions[reduction],
                Weighting = Weightings[weighting],
                Guard = null,
            });
            List<ModelSnapshot> versions = [aggregator.Current];
            float[] low = [.. Start], high = [.. Start];
            for (ulong id = 0; id < 60; id++)
            {
                ModelSnapshot received = versions[^(1 + random.Next(Math.Min(4, versions.Count)))];
                var selection = new SelectionVersion(random.Next(5) == 0 ? 1 : 0);
                Assert.True(selections.TryGet(selection, out ParameterSelection? selected));
                float[] model = [.. Enumerable.Range(0, 8).Select(j => Layout.Roles.RunLength(j, 1, out ParameterRole role) == 1 && role != ParameterRole.Trainable
                    ? (random.NextSingle() * 5) + .001f
                    : received.Parameters.Span[j] + random.NextSingle() - .5f)];
                float[] packed = new float[selected.Count], start = new float[selected.Count];
                selected.Gather(model, packed);
                selected.Gather(received.Parameters.Span, start);
                float[] sent = trained ? packed : [.. packed.Zip(start, (a, b) => a - b)];
                for (int j = 3; j < 7; j++)
                {
                    (low[j], high[j]) = (Math.Min(low[j], model[j]), Math.Max(high[j], model[j]));
                }

                var header = new UpdateHeader(new ClientId($"c{id}"), new UpdateId(id), Layout.Fingerprint, received.Version, selection, random.Next(1, 100),
                    trained ? UpdateContent.Trained : UpdateContent.Difference);
                using var update = SparseUpdate.Create(header, sent);
                if (Bench.Now(aggregator.AggregateAsync(update)).Outcome == UpdateOutcome.Published)
                {
                    versions.Add(aggregator.Current);
                    for (int j = 3; j < 7; j++)
                    {
                        float value = aggregator.Current.Parameters.Span[j];
                        Assert.True(value >= low[j] - 1e-5 && value <= high[j] + 1e-5, $"{name}, statistic {j}: {value} is not in [{low[j]}, {high[j]}]");
                        (low[j], high[j]) = (value, value);
                    }
                }
            }

            Assert.True(versions.Count > 3);
        }, iter: 150);

    private static Bench WithStatistics(BufferedAggregatorOptions options) => new(Layout, Start, options);

    [Fact]
    public void Statistics_are_the_mean_of_what_fresh_devices_measured_whatever_the_optimizer()
    {
        foreach (ServerOptimizer optimizer in new[] { ServerOptimizer.Sgd(), ServerOptimizer.Momentum(.1), ServerOptimizer.Adam() })
        {
            Bench bench = WithStatistics(new() { Capacity = 3, Optimizer = optimizer, Weighting = new ConstantWeighting(), NormClip = null });
            for (int version = 0; version < 3; version++)
            {
                foreach (float measured in new[] { 2f, 3f, 7f })
                {
                    float[] model = bench.Model;
                    bench.Submit(bench.Header(), .1f, .1f, .1f, measured - model[3], measured - model[4], measured - model[5], measured - model[6], .1f);
                }

                Assert.All(bench.Model[3..7], v => Assert.Equal(4f, v, 1e-5f));
            }
        }
    }

    [Fact]
    public void Stale_statistics_do_not_count_the_same_movement_twice()
    {
        // Both devices received 4 and measured 1: the second must leave the model at 1, not take it to -2.
        Bench bench = WithStatistics(new() { Capacity = 1, Weighting = new ConstantWeighting(), NormClip = null });
        UpdateHeader second = bench.Header();
        bench.Submit(0, 0f, 0, 0, 0, 0, 0, -3, 0);
        Assert.Equal(1f, bench.Model[6]);
        bench.Submit(second, 0f, 0, 0, 0, 0, 0, -3, 0);
        Assert.Equal(1f, bench.Model[6]);
    }

    [Fact]
    public void The_scale_of_statistics_neither_lowers_the_weight_nor_clips_the_weights()
    {
        Bench bench = WithStatistics(new() { Capacity = 3, MaxNorm = 100 });
        for (int i = 0; i < 3; i++)
        {
            bench.Submit(0, .1f, -.1f, .1f, 0, 0, 1, 1, -.1f);
        }

        float[] before = bench.Model;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(1, bench.Submit(0, .1f, -.1f, .1f, 1000, -1000, 1000, 1000, -.1f).Weight);
        }

        Assert.Equal(before[0] + .1f, bench.Model[0], 1e-6f);
    }

    [Fact]
    public void Multi_Krum_judges_updates_by_their_weights()
    {
        Bench bench = WithStatistics(new() { Capacity = 5, Reduction = Reduction.MultiKrum(1), NormClip = null });
        for (int i = 0; i < 4; i++)
        {
            bench.Submit(0, .1f, .1f, .1f, i * 1000, 0, 0, 0, .1f);
        }

        bench.Submit(0, 9f, 9, 9, 0, 0, 0, 0, 9);
        Assert.Equal(Start[0] + .1f, bench.Model[0], 1e-6f);
    }

    [Fact]
    public void A_diverging_device_does_not_decide_the_statistics()
    {
        Bench bench = WithStatistics(new() { Weighting = new ConstantWeighting() });
        for (int i = 0; i < 10; i++)
        {
            bench.Submit(0, .1f, .1f, .1f, .1f, .1f, .1f, i == 3 ? 1e4f : .1f, .1f);
        }

        Assert.InRange(bench.Model[6], 4, 4.5f);
    }

    [Fact]
    public void A_negative_variance_that_a_device_claims_counts_as_zero()
    {
        Bench bench = WithStatistics(new() { Capacity = 2, Weighting = new ConstantWeighting(), NormClip = null });
        bench.Submit(0, 0f, 0, 0, 0, 0, -1e5f, -1e5f, 0);
        bench.Submit(0, 0f, 0, 0, 0, 0, 0, 0, 0);
        Assert.Equal([.5f, 2f], bench.Model[5..7]);
    }

    [Fact]
    public void Roles_are_part_of_the_fingerprint_and_layouts_without_statistics_keep_theirs()
    {
        ParameterLayout plain = ParameterLayout.Create(("a", [2]), ("b", [3]));
        Assert.Equal(plain.Fingerprint, ParameterLayout.Create([("a", [2], ParameterRole.Trainable), ("b", [3], ParameterRole.Trainable)]).Fingerprint);
        ulong[] fingerprints = [plain.Fingerprint, .. new[] { ParameterRole.Statistic, ParameterRole.Variance }.SelectMany(r => new[]
        {
            ParameterLayout.Create([("a", [2], r), ("b", [3], ParameterRole.Trainable)]).Fingerprint,
            ParameterLayout.Create([("a", [2], ParameterRole.Trainable), ("b", [3], r)]).Fingerprint,
        })];
        Assert.Equal(5, fingerprints.Distinct().Count());
        Assert.Equal([ParameterRole.Trainable, ParameterRole.Statistic, ParameterRole.Variance, ParameterRole.Trainable], Layout.Blocks.Select(b => b.Role));
        Assert.Throws<ArgumentException>("blocks", () => ParameterLayout.Create([("a", [2], (ParameterRole)9)]));
    }
}
