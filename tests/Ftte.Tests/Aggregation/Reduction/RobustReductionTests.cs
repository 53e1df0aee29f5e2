using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

public class RobustReductionTests
{
    private static float[] Reduce(Reduction reduction, params float[][] updates)
    {
        var bench = new Bench(new float[updates[0].Length], new() { Capacity = updates.Length, Reduction = reduction });
        foreach (float[] update in updates)
        {
            bench.Submit(bench.Header(), update);
        }

        Assert.Equal(1, bench.Aggregator.Current.Version.Number);
        return bench.Model;
    }

    private static float[] Four(float value) => [value, value, value, value];

    /// <summary>The published cases have n = 3 and f = 1, which no buffer takes: n - f - 2 is 0, and the one neighbour may be hostile.</summary>
    private static IReadOnlyList<int> Choose(int kept, params float[] values)
    {
        var layout = ParameterLayout.Create(("x", [4]));
        return new MultiKrum(1, kept).Choose(new UpdateGroup([.. values.Select(v => new ReadOnlyMemory<float>(Four(v)))], layout.Roles.Of(ParameterSelection.Full(layout))));
    }

    [Fact]
    public void Krum_keeps_the_update_closest_to_its_neighbours()
    {
        Assert.Equal([1], Choose(1, .2f, .7f, 1f));
        Assert.Equal(Four(.7f), Reduce(Reduction.MultiKrum(byzantine: 1), Four(.2f), Four(.6f), Four(.7f), Four(.8f), Four(1f)));
    }

    [Fact]
    public void Multi_Krum_averages_the_two_closest()
    {
        Assert.Equal([0, 1], Choose(2, .2f, .5f, 1f));
        Assert.All(Reduce(Reduction.MultiKrum(byzantine: 1, kept: 2), Four(.3f), Four(.4f), Four(9f), Four(1.2f), Four(0f)), v => Assert.Equal(.35, v, 1e-7));
    }

    [Fact]
    public void Trimmed_mean_drops_a_quarter_at_each_end() =>
        Assert.Equal(Four(.5f), Reduce(Reduction.TrimmedMean(.25), Four(.5f), [1, .2f, .5f, 1], [.2f, .5f, 1, .2f], [.5f, 1, .2f, .5f]));

    [Fact]
    public void Trimmed_mean_ignores_an_outlier() =>
        Assert.Equal([1.5f], Reduce(Reduction.TrimmedMean(.25), [.5f], [1f], [2f], [100f]));

    [Fact]
    public void Krum_adds_the_distances_to_the_neighbours()
    {
        // Squared distances to the two nearest: 0 and 12.25 of the first, 9 and 9 of the fourth. Their maximum would choose the fourth.
        Assert.Equal([0], Choose(1, 0, 0, 1.75f, 3.25f, 4.75f));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(0.1, 2.25)]
    [InlineData(0.25, 2.25)]
    [InlineData(0.34, 2)]
    public void Trimmed_mean_drops_the_share_rounded_down_and_at_least_one_at_each_end(double share, float mean) =>
        Assert.Equal([mean], Reduce(Reduction.TrimmedMean(share), [0f], [1f], [1f], [3f], [4f], [9f]));

    [Fact]
    public void Median_takes_the_middle_of_each_coordinate() =>
        Assert.Equal(Four(.5f), Reduce(Reduction.Median(), [1, .2f, .5f, 1], [.2f, .5f, 1, .2f], [.5f, 1, .2f, .5f]));

    [Fact]
    public void Median_of_an_even_number_is_the_mean_of_the_two_in_the_middle() =>
        Assert.Equal([2.5f], Reduce(Reduction.Median(), [1f], [2f], [3f], [1000f]));

    [Fact]
    public void A_hostile_minority_does_not_move_the_median_far() =>
        Assert.InRange(Reduce(Reduction.Median(), [1f], [1.1f], [.9f], [1e6f], [-1e6f])[0], .9f, 1.1f);

    [Fact]
    public void Stale_updates_move_a_robust_centre_less()
    {
        var options = new BufferedAggregatorOptions { Reduction = Reduction.Median(), Weighting = new PolynomialWeighting() };
        Assert.Equal(2 * (1 + .5 + .5) / 3, Bench.Buffer(options, 0, (2, 0, 1), (2, 3, 1), (2, 3, 1)), 1e-6);
    }

    [Fact]
    public void A_norm_that_could_make_the_model_infinite_is_rejected()
    {
        var bench = new Bench([0], new() { Capacity = 3, Reduction = Reduction.Median() });
        Assert.Equal(UpdateOutcome.NormTooLarge, bench.Submit(0, float.MaxValue).Outcome);
        bench.Submit(0, 1e6f);
        bench.Submit(0, 1e6f);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1e6f).Outcome);
        Assert.Equal([1e6f], bench.Model);
    }

    [Fact]
    public void A_lone_update_of_an_older_selection_does_not_choose_itself()
    {
        var layout = ParameterLayout.Create(("x", [2]));
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        SelectionVersion newer = selections.Announce(ParameterSelection.Create(2, [new(0, 1)]));
        var aggregator = new BufferedAggregator(new ModelSnapshot(layout, default, [0, 0]), selections, new() { Capacity = 10, Reduction = Reduction.MultiKrum(2, 4) });
        for (ulong i = 0; i < 10; i++)
        {
            var header = new UpdateHeader(new ClientId($"c{i}"), default, layout.Fingerprint, default, i == 9 ? default : newer, 1);
            using var update = SparseUpdate.Create(header, i == 9 ? [1000f, 1000f] : [.1f]);
            Bench.Now(aggregator.AggregateAsync(update));
        }

        Assert.Equal(0.1f, aggregator.Current.Parameters.Span[0], 1e-6f);
        Assert.Equal(0f, aggregator.Current.Parameters.Span[1]);
    }

    public static TheoryData<string, Func<Reduction>, int> SmallestBuffers => new()
    {
        { "Multi-Krum with f = 2", () => Reduction.MultiKrum(2, 3), 7 },
        { "Multi-Krum that keeps many", () => Reduction.MultiKrum(1, 6), 7 },
        { "trimmed mean", () => Reduction.TrimmedMean(), 3 },
        { "trimmed mean of much", () => Reduction.TrimmedMean(.4), 3 },
        { "untrimmed mean", () => Reduction.TrimmedMean(0), 1 },
        { "median", Reduction.Median, 3 },
    };

    [Theory]
    [MemberData(nameof(SmallestBuffers))]
    public void A_flush_below_the_smallest_safe_buffer_does_not_publish(string name, Func<Reduction> reduction, int smallest)
    {
        var bench = new Bench([0], new() { Capacity = 12, Reduction = reduction(), FlushShare = 0, NormClip = null });
        for (int i = 1; i < smallest; i++)
        {
            bench.Submit(0, i == 1 ? 1000f : 1f);
            Assert.True(bench.Flush() is null, $"{name}: published {i} updates");
        }

        bench.Submit(0, 1f);
        Assert.NotNull(bench.Flush());
        Assert.Null(bench.Aggregator.LatestRefusal);
        Assert.True(smallest == 1 || bench.Model[0] == 1, name);
    }

    [Theory]
    [MemberData(nameof(SmallestBuffers))]
    public void A_capacity_that_can_never_be_safe_is_refused_with_the_numbers(string name, Func<Reduction> reduction, int smallest)
    {
        new BufferedAggregatorOptions { Capacity = smallest, Reduction = reduction() }.Validate();
        if (smallest > 1)
        {
            var error = Assert.Throws<ArgumentException>("Reduction", new BufferedAggregatorOptions { Capacity = smallest - 1, Reduction = reduction() }.Validate);
            Assert.Contains($"is {smallest - 1}", error.Message, StringComparison.Ordinal);
            Assert.True(error.Message.Contains("at least", StringComparison.Ordinal), name);
        }
    }

    [Fact]
    public void An_impossible_number_of_hostile_updates_is_refused_without_overflow() =>
        Assert.Contains("= 4294967297 updates and f + m = 4294967294.", Assert.Throws<ArgumentException>("Reduction", new BufferedAggregatorOptions { Reduction = Reduction.MultiKrum(int.MaxValue, int.MaxValue) }.Validate).Message, StringComparison.Ordinal);

    [Fact]
    public void A_custom_reduction_uses_all_updates_and_is_known_by_its_type()
    {
        Assert.Equal([3f], Reduce(new Largest(), [1f], [3f], [2f]));
        Assert.Equal("Ftte.Tests.Aggregation.RobustReductionTests+Largest", new Largest().Kind);
        Assert.Throws<ArgumentOutOfRangeException>("minContributors", () => new Largest(minContributors: 0));
        Assert.Throws<ArgumentOutOfRangeException>("minGroup", () => new Largest(minGroup: 0));
        Assert.Throws<ArgumentException>("requirement", () => new Largest(requirement: " "));
        Assert.Throws<ArgumentNullException>("group", () => new Largest().Choose(null!));
    }

    [Fact]
    public void Two_hostile_updates_that_agree_do_not_move_the_model_in_a_flushed_buffer()
    {
        var bench = new Bench([0], new() { Capacity = 10, Reduction = Reduction.MultiKrum(2, 3), NormClip = null });
        foreach (float value in new[] { 1000f, 1000f, .1f, .2f, .3f })
        {
            bench.Submit(0, value);
        }

        Assert.Null(bench.Flush());
        bench.Submit(0, .1f);
        bench.Submit(0, .2f);
        Assert.NotNull(bench.Flush());
        Assert.InRange(bench.Model[0], .1f, .3f);
    }

    [Fact]
    public void A_trimmed_mean_of_fewer_than_ten_updates_drops_one_at_each_end() =>
        Assert.Equal([2f], Reduce(Reduction.TrimmedMean(), [-1000f], [2f], [1000f]));

    [Fact]
    public void A_full_buffer_without_enough_updates_of_any_selection_is_refused_with_the_reason()
    {
        var layout = ParameterLayout.Create(("x", [4]));
        var selections = new SelectionHistory(ParameterSelection.Create(4, [new(0, 1)]));
        for (int i = 1; i < 4; i++)
        {
            selections.Announce(ParameterSelection.Create(4, [new(i, 1)]));
        }

        var aggregator = new BufferedAggregator(new ModelSnapshot(layout, default, new float[4]), selections, new() { Capacity = 4, Reduction = Reduction.MultiKrum(0) });
        UpdateOutcome[] outcomes = [.. Enumerable.Range(0, 4).Select(i =>
        {
            using var update = SparseUpdate.Create(new UpdateHeader(new ClientId($"c{i}"), default, layout.Fingerprint, default, new(i), 1), [1000f]);
            return Bench.Now(aggregator.AggregateAsync(update)).Outcome;
        })];
        Assert.Equal([UpdateOutcome.Buffered, UpdateOutcome.Buffered, UpdateOutcome.Buffered, UpdateOutcome.Refused], outcomes);
        Assert.Contains("2 f + 3 = 3", aggregator.LatestRefusal?.Reason, StringComparison.Ordinal);
        Assert.Equal(0, aggregator.Current.Version.Number);
    }

    [Fact]
    public void Coordinates_that_too_few_updates_contain_do_not_move_by_a_median()
    {
        var layout = ParameterLayout.Create(("x", [2]));
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        SelectionVersion newer = selections.Announce(ParameterSelection.Create(2, [new(0, 1)]));
        var aggregator = new BufferedAggregator(new ModelSnapshot(layout, default, [0, 0]), selections, new() { Capacity = 5, Reduction = Reduction.Median() });
        for (ulong i = 0; i < 5; i++)
        {
            var header = new UpdateHeader(new ClientId($"c{i}"), default, layout.Fingerprint, default, i < 2 ? default : newer, 1);
            using var update = SparseUpdate.Create(header, i < 2 ? [1000f, 1000f] : [.1f]);
            Bench.Now(aggregator.AggregateAsync(update));
        }

        Assert.Equal([.1f, 0f], aggregator.Current.Parameters.ToArray());
    }

    [Fact]
    public void Held_copies_go_back_to_their_pool()
    {
        using var pool = new RentCounter();
        var layout = ParameterLayout.Create(("x", [64]));
        var aggregator = new BufferedAggregator(
            new ModelSnapshot(layout, default, new float[64]),
            new SelectionHistory(ParameterSelection.Full(layout)),
            new() { Capacity = 3, Reduction = Reduction.Median() },
            pool);
        for (ulong i = 0; i < 7; i++)
        {
            using var update = SparseUpdate.Create(new UpdateHeader(new ClientId($"c{i}"), default, layout.Fingerprint, aggregator.Current.Version, default, 1), new float[64]);
            Assert.True(Bench.Now(aggregator.AggregateAsync(update)).IsAccepted);
        }

        Assert.Equal(2, aggregator.Current.Version.Number);
        Assert.Equal(1, pool.Outstanding);
    }

    private sealed class Largest(int minContributors = 1, int minGroup = 1, string requirement = "At least one update.") : RobustReduction(minContributors, minGroup, requirement)
    {
        protected internal override double Center(Span<float> values) => values.ToArray().Max();
    }
}
