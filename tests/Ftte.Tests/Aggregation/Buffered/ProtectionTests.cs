using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

/// <summary>A few devices that diverge or exaggerate do not determine the model.</summary>
public class ProtectionTests
{
    private const int Parameters = 50;

    private static float[] Noise(Random random, float scale) => [.. Enumerable.Range(0, Parameters).Select(_ => scale * (random.NextSingle() - .5f))];

    private static double Norm(IEnumerable<float> values) => Math.Sqrt(values.Sum(v => (double)v * v));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void One_diverging_update_of_ten_moves_the_model_hardly_further_than_an_honest_one(int buffer)
    {
        var random = new Random(3);
        var bench = new Bench(Noise(random, 10), new());
        for (int i = 0; i < buffer * 10; i++)
        {
            bench.Submit(bench.Header(), Noise(random, 1));
        }

        float[] before = bench.Model;
        for (int i = 0; i < 10; i++)
        {
            bench.Submit(bench.Header(), Noise(random, i == 4 ? 1000 : 1));
        }

        Assert.Equal(buffer + 1, bench.Aggregator.Current.Version.Number);
        Assert.InRange(Norm(bench.Model.Zip(before, (a, b) => a - b)), 0, Norm(Noise(random, 1)));
    }

    [Fact]
    public void The_first_update_of_a_rule_without_buffer_moves_the_model_by_its_own_norm_at_most()
    {
        var bench = new Bench([3, 4], new() { Capacity = 1 });
        bench.Submit(0, 3e5f, 4e5f);
        Assert.Equal([6f, 8f], bench.Model.Select(v => MathF.Round(v, 4)));
    }

    [Fact]
    public void Diverging_updates_one_after_another_raise_what_is_usual_slowly_if_there_is_no_buffer()
    {
        var bench = new Bench([10, 10], new() { Capacity = 1, Weighting = new ConstantWeighting() });
        bench.Submit(0, .6f, .8f);
        bench.Submit(0, 6000f, 8000f);
        bench.Submit(0, 6000f, 8000f);
        Assert.InRange(Norm(bench.Model.Select(v => v - 10)), 1, 1 + 3 + (3 * 1.5) + .01);
    }

    [Fact]
    public void The_change_of_the_selections_size_is_not_a_change_of_scale()
    {
        var bench = new Bench(new float[100], new() { Capacity = 3, NormClip = 1, Weighting = new ConstantWeighting() }, ParameterSelection.Create(100, [new(0, 1)]));
        for (int i = 0; i < 3; i++)
        {
            bench.Submit(0, 1f);
        }

        SelectionVersion wide = bench.Selections.Announce(ParameterSelection.Create(100, [new(0, 100)]));
        for (int i = 0; i < 3; i++)
        {
            bench.Submit(bench.Header() with { SelectionVersion = wide }, [.. Enumerable.Repeat(1f, 100)]);
        }

        Assert.Equal(1f, bench.Model[99], 1e-6f);
    }

    [Theory]
    [InlineData(5, 40)]
    [InlineData(2, 20)]
    public void A_huge_claim_in_the_first_buffer_counts_as_ten_times_the_usual(int capacity, int mass)
    {
        // Claims of 4 and, from the last, of a million: ten times the median of five, or ten times the smaller of two.
        Bench bench = Bench.OfZeros(new() { Capacity = capacity, Weighting = new ConstantWeighting() });
        for (int i = 1; i < capacity; i++)
        {
            bench.Submit(bench.Header(examples: capacity == 2 ? 2 : 4), 0, 1);
        }

        bench.Submit(bench.Header(examples: 1_000_000), 1, 0);
        int others = capacity == 2 ? 2 : 16;
        Assert.Equal(mass / (float)(mass + others), bench.Model[0], 1e-6f);
    }

    [Fact]
    public void FedAvg_weighs_by_examples_as_published_in_every_round()
    {
        var bench = new Bench([0], BufferedAggregatorOptions.FedAvg(4));
        for (int round = 1; round <= 3; round++)
        {
            float before = bench.Model[0];
            bench.Submit(bench.Header(examples: 1), 0);
            bench.Submit(bench.Header(examples: 1), 0);
            bench.Submit(bench.Header(examples: 1), 0);
            bench.Submit(bench.Header(examples: 1000), 1);
            Assert.Equal(1000 / 1003f, bench.Model[0] - before, 1e-6f);
        }
    }

    [Fact]
    public void The_defaults_protect_and_the_published_rules_neither_clip_nor_cap()
    {
        var safe = new BufferedAggregatorOptions();
        Assert.Equal((3d, 10d), (safe.NormClip, safe.ExampleCap));
        Assert.IsType<StepGuard>(safe.Guard);
        foreach (BufferedAggregatorOptions published in new[] { BufferedAggregatorOptions.FedAvg(), BufferedAggregatorOptions.FedBuff(), BufferedAggregatorOptions.FedAsync() })
        {
            Assert.Null(published.NormClip);
            Assert.Null(published.ExampleCap);
        }
    }

    [Fact]
    public void Copies_held_in_the_first_buffer_go_back_to_their_pool()
    {
        using var pool = new RentCounter();
        var layout = ParameterLayout.Create(("x", [8]));
        var aggregator = new BufferedAggregator(new ModelSnapshot(layout, default, new float[8]), new SelectionHistory(ParameterSelection.Full(layout)), new() { Capacity = 3 }, pool);
        for (ulong i = 0; i < 7; i++)
        {
            Assert.Equal(i < 3 ? (int)i : 0, pool.Outstanding);
            using var update = SparseUpdate.Create(new UpdateHeader(new ClientId($"c{i}"), default, layout.Fingerprint, aggregator.Current.Version, default, 1), [1, 1, 1, 1, 1, 1, 1, 1f]);
            Assert.True(Bench.Now(aggregator.AggregateAsync(update)).IsAccepted);
        }
    }

    [Fact]
    public void Accepting_an_update_allocates_nothing_once_it_is_known_what_is_usual()
    {
        var bench = new Bench(new float[1000], new() { Capacity = 500 });
        for (int i = 0; i < 560; i++)
        {
            bench.Submit(bench.Header(), [.. Enumerable.Repeat(1f, 1000)]);
        }

        SparseUpdate[] updates = [.. Enumerable.Range(0, 100).Select(_ => SparseUpdate.Create(bench.Header(), [.. Enumerable.Repeat(1f, 1000)]))];
        // The runtime itself allocates now and then, so the least of several groups counts. A copy of one update would take 4,000 bytes.
        long least = updates.Chunk(20).Min(group =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (SparseUpdate update in group)
            {
                Bench.Now(bench.Aggregator.AggregateAsync(update));
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.InRange(least, 0, 1_000);
        Array.ForEach(updates, u => u.Dispose());
    }
}
