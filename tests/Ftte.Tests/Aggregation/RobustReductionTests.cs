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

    [Fact]
    public void Krum_keeps_the_update_closest_to_its_neighbours() =>
        Assert.Equal(Four(.7f), Reduce(Reduction.MultiKrum(byzantine: 1), Four(.2f), Four(.7f), Four(1f)));

    [Fact]
    public void Multi_Krum_averages_the_two_closest() =>
        Assert.All(Reduce(Reduction.MultiKrum(byzantine: 1, kept: 2), Four(.2f), Four(.5f), Four(1f)), v => Assert.Equal(.35, v, 1e-7));

    [Fact]
    public void Trimmed_mean_drops_a_quarter_at_each_end() =>
        Assert.Equal(Four(.5f), Reduce(Reduction.TrimmedMean(.25), Four(.5f), [1, .2f, .5f, 1], [.2f, .5f, 1, .2f], [.5f, 1, .2f, .5f]));

    [Fact]
    public void Trimmed_mean_ignores_an_outlier() =>
        Assert.Equal([1.5f], Reduce(Reduction.TrimmedMean(.25), [.5f], [1f], [2f], [100f]));

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
        var bench = new Bench([0], new() { Capacity = 1, Reduction = Reduction.Median() });
        Assert.Equal(UpdateOutcome.NormTooLarge, bench.Submit(0, float.MaxValue).Outcome);
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

    [Fact]
    public void Held_copies_go_back_to_their_pool()
    {
        using var pool = new Updates.RentCounter();
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
}
