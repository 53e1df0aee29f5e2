using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <summary>Robust reductions at their limits.</summary>
public class UpdateCopyBufferTests
{
    private const float StepLimit = 1 << 23;

    [Theory]
    [InlineData(1, StepLimit, 0, UpdateOutcome.NormTooLarge)]
    [InlineData(1, 0, StepLimit, UpdateOutcome.NormTooLarge)]
    [InlineData(2, StepLimit / 2, 0, UpdateOutcome.NormTooLarge)]
    [InlineData(2, 0, StepLimit / 2, UpdateOutcome.NormTooLarge)]
    [InlineData(StepLimit, 0, 0, UpdateOutcome.NormTooLarge)]
    [InlineData(1, StepLimit - 1, StepLimit - 1, UpdateOutcome.Buffered)]
    [InlineData(StepLimit - 1, .5f, .5f, UpdateOutcome.Buffered)]
    public void A_weighted_step_may_be_as_long_as_the_range_and_no_longer(double weight, float trainable, float statistic, UpdateOutcome outcome)
    {
        var bench = new Bench(Layout(1), [0, 0], new() { Capacity = 3, Reduction = Reduction.Median(), NormClip = null, Weighting = new RecordingWeighting(weight: weight) });
        Assert.Equal(outcome, bench.Submit(0, trainable, statistic).Outcome);
    }

    [Fact]
    public void A_weight_above_one_moves_parameters_further_but_not_statistics()
    {
        var bench = new Bench(Layout(1), [0, 0], new() { Capacity = 3, Reduction = Reduction.Median(), NormClip = null, Weighting = new RecordingWeighting(weight: 2) });
        Array.ForEach([1f, 2f, 3f], value => bench.Submit(0, value, value));
        Assert.Equal([4f, 2f], bench.Model);
    }

    [Fact]
    public void A_weight_below_one_moves_both_less()
    {
        var bench = new Bench(Layout(1), [0, 0], new() { Capacity = 3, Reduction = Reduction.Median(), NormClip = null, Weighting = new RecordingWeighting(weight: .5) });
        Array.ForEach([1f, 2f, 3f], value => bench.Submit(0, value, value));
        Assert.Equal([1f, 1f], bench.Model);
    }

    [Fact]
    public void Parameters_and_statistics_are_clipped_on_their_own()
    {
        var bench = new Bench(Layout(1), [0, 0], new() { Capacity = 3, Reduction = Reduction.TrimmedMean(0), NormClip = 1, Weighting = new ConstantWeighting() });
        Submit(1, 1);
        Submit(100, .5f);
        Assert.Equal([2f, 1.5f], bench.Model.Select(v => MathF.Round(v, 5)));
        Submit(.5f, 100);
        Assert.Equal(2.5f, bench.Model[0], 1e-5f);
        Assert.InRange(bench.Model[1], 1.6f, 2.6f);

        void Submit(float trainable, float statistic) => Array.ForEach([1, 2, 3], _ => bench.Submit(0, trainable, statistic));
    }

    [Fact]
    public void Every_coordinate_of_a_large_model_moves_to_its_own_center()
    {
        const int Length = 3000;
        var bench = new Bench(Layout(Length), new float[2 * Length], new() { Capacity = 3, Reduction = Reduction.Median(), NormClip = null, Weighting = new RecordingWeighting(weight: 2) });
        for (int i = 0; i < 3; i++)
        {
            bench.Submit(0, [.. Enumerable.Range(0, 2 * Length).Select(j => i + (j % 100 / 100f))]);
        }

        Assert.Equal(Enumerable.Range(0, 2 * Length).Select(j => (1 + (j % 100 / 100f)) * (j < Length ? 2 : 1)), bench.Model);
    }

    [Theory]
    [InlineData("a", 2, "a", 1, 2)]
    [InlineData("b", 1, "a", 1, 2)]
    [InlineData("a", 9, "b", 1, 1)]
    public void Which_of_two_equally_good_updates_is_chosen_depends_on_their_ids_and_not_on_the_arrival_order(string oneClient, ulong oneId, string otherClient, ulong otherId, float chosen)
    {
        // The updates of 1 and 2 have equal neighbors.
        (string Client, ulong Id, float Value)[] updates = [(oneClient, oneId, 1), (otherClient, otherId, 2), ("x", 1, 0), ("y", 1, 3)];
        foreach (int[] order in new int[][] { [0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1] })
        {
            var bench = new Bench([0], new() { Capacity = 4, Reduction = Reduction.MultiKrum(0), MaxUpdatesPerClient = 2, NormClip = null, Weighting = new ConstantWeighting() });
            foreach ((string client, ulong id, float value) in order.Select(i => updates[i]))
            {
                bench.Submit(bench.Header() with { Client = new ClientId(client), Id = new UpdateId(id) }, value);
            }

            Assert.Equal([chosen], bench.Model);
        }
    }

    private static ParameterLayout Layout(int length) => ParameterLayout.Create([("x", [length], ParameterRole.Trainable), ("mean", [length], ParameterRole.Statistic)]);
}
