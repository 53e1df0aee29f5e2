using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

/// <summary>Sums at the limits of their range.</summary>
public class FixedPointBufferTests
{
    private const float StepLimit = 1 << 23;

    [Theory]
    [InlineData(ParameterRole.Trainable)]
    [InlineData(ParameterRole.Statistic)]
    public void A_step_may_be_as_long_as_the_range_of_the_sums_and_no_longer(ParameterRole role)
    {
        ParameterLayout layout = ParameterLayout.Create([("x", [1], role)]);
        var bench = new Bench(layout, [0], new() { Capacity = 1, Reduction = Reduction.Sum(), NormClip = null, Weighting = new ConstantWeighting() });
        Assert.Equal(UpdateOutcome.NormTooLarge, bench.Submit(0, StepLimit).Outcome);
        float longest = MathF.BitDecrement(StepLimit);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, longest).Outcome);
        Assert.Equal([longest], bench.Model);
    }

    [Fact]
    public void A_weight_beyond_the_range_of_masses_is_rejected()
    {
        Assert.Equal(UpdateOutcome.NormTooLarge, Submit(1L << 56));
        Assert.Equal(UpdateOutcome.Published, Submit(1L << 55));

        static UpdateOutcome Submit(double weight) =>
            new Bench([0], new() { Capacity = 1, Reduction = Reduction.Sum(), Weighting = new RecordingWeighting(weight: weight) }).Submit(0, 0f).Outcome;
    }

    public static TheoryData<string, Func<Reduction>> Reductions => new()
    {
        { "mass-damped mean", () => Reduction.MassDampedMean() },
        { "median", Reduction.Median },
    };

    [Theory]
    [MemberData(nameof(Reductions))]
    public void An_update_that_is_clipped_may_have_any_norm(string name, Func<Reduction> reduction)
    {
        ParameterLayout layout = ParameterLayout.Create([("x", [1], ParameterRole.Trainable), ("mean", [1], ParameterRole.Statistic)]);
        var bench = new Bench(layout, [0, 0], new() { Capacity = 3, Reduction = reduction(), Weighting = new ConstantWeighting() });
        for (int i = 0; i < 3; i++)
        {
            bench.Submit(0, 1f, 1f);
        }

        foreach ((float trainable, float statistic) in new[] { (1e12f, 1f), (1f, 1e12f), (1e12f, 1e12f) })
        {
            Assert.True(bench.Submit(0, trainable, statistic).IsAccepted, name);
        }
    }

    [Fact]
    public void Updates_of_two_selections_are_added_beyond_the_first_tile()
    {
        ParameterLayout layout = ParameterLayout.Create(("a", [10]), ("b", [5000]));
        var bench = new Bench(layout, new float[5010], new() { Capacity = 2, Reduction = Reduction.Sum(), NormClip = null, Weighting = new ConstantWeighting() });
        bench.Submit(0, [.. Enumerable.Range(0, 5010).Select(i => (float)i)]);
        bench.Selections.Announce(ParameterSelection.OfBlocks(layout, "b"));
        bench.Submit(0, [.. Enumerable.Range(0, 5000).Select(i => 3f * i)]);

        Assert.Equal(Enumerable.Range(0, 5010).Select(i => i < 10 ? i : i + (3f * (i - 10))), bench.Model);
    }

    [Fact]
    public void Large_values_of_long_updates_are_summed_exactly()
    {
        var bench = new Bench(new float[100], new() { Capacity = 2, Reduction = Reduction.Sum(), NormClip = null, Weighting = new ConstantWeighting() });
        float[] large = [.. Enumerable.Repeat(300_000.25f, 100)];
        bench.Submit(0, large);
        bench.Submit(0, large);
        Assert.Equal(Enumerable.Repeat(600_000.5f, 100), bench.Model);
    }

    [Fact]
    public void Example_counts_are_relative_to_the_usual_one()
    {
        // In units of 1024 examples, long steps of a million examples would use up the range of the sums.
        var bench = new Bench([0], new() { Capacity = 3, NormClip = null, Weighting = new ConstantWeighting(), Guard = null });
        foreach (float step in new[] { 1f, 1_000_000f })
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.True(bench.Submit(bench.Header(examples: 1_000_000), step).IsAccepted);
            }
        }

        Assert.Equal([1_000_001f], bench.Model);
    }

    [Fact]
    public void Without_examples_every_update_counts_alike() =>
        Assert.Equal(2, Bench.Buffer(new() { Reduction = Reduction.WeightedMean(byExamples: false), NormClip = null, ExampleCap = null }, 0, (1, 0, 1), (3, 0, 1000)), 1e-6);

    [Fact]
    public void A_version_states_the_coordinates_of_all_its_selections()
    {
        var layout = ParameterLayout.Create(("x", [4]));
        var selections = new SelectionHistory(ParameterSelection.Create(4, [new(0, 1)]));
        SelectionVersion other = selections.Announce(ParameterSelection.Create(4, [new(2, 2)]));
        var aggregator = new BufferedAggregator(new ModelSnapshot(layout, default, new float[4]), selections, new() { Capacity = 2 });
        foreach (SelectionVersion version in new[] { default, other })
        {
            using var update = SparseUpdate.Create(new UpdateHeader(new ClientId($"c{version.Number}"), default, layout.Fingerprint, default, version, 1), version == other ? [1, 1f] : [1f]);
            Bench.Now(aggregator.AggregateAsync(update));
        }

        Assert.Equal(ParameterSelection.Create(4, [new(0, 1), new(2, 2)]), aggregator.Current.Changed);
    }
}
