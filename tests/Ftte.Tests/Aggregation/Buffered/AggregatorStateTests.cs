using CsCheck;
using Ftte.Aggregation;
using static Ftte.Tests.Aggregation.StateBench;

namespace Ftte.Tests.Aggregation;

/// <summary>A restored aggregator continues with the same bits.</summary>
public class AggregatorStateTests
{
    private const int Updates = 15;

    [Fact]
    public void A_restored_aggregator_goes_on_with_the_same_bits_at_any_point_of_any_buffer() =>
        Gen.Select(Gen.Int[0, Optimizers.Length - 1], Gen.Int[0, Reductions.Length - 1], Gen.Int[0, Weightings.Length - 1], Gen.Int[0, Updates], Gen.Bool).Sample((o, r, w, interruption, clips) =>
        {
            BufferedAggregatorOptions options = new() { Capacity = 4, Optimizer = Optimizers[o](), Reduction = Reductions[r](), Weighting = Weightings[w](), NormClip = clips ? 3 : null };
            CheckInterruption(options, interruption);
        }, iter: 2000);

    [Fact]
    public void Every_optimizer_and_reduction_and_weighting_survives_an_interruption_after_any_number_of_updates()
    {
        for (int interruption = 0; interruption <= Updates; interruption++)
        {
            for (int i = 0; i < Reductions.Length; i++)
            {
                CheckInterruption(new() { Capacity = 4, Optimizer = Optimizers[i % Optimizers.Length](), Reduction = Reductions[i](), Weighting = Weightings[i]() }, interruption);
            }
        }
    }

    private static void CheckInterruption(BufferedAggregatorOptions options, int interruption)
    {
        BufferedAggregator whole = Start(options), before = Start(options);
        List<UpdateReceipt> expected = [], actual = [];
        for (int i = 0; i < Updates; i++)
        {
            expected.Add(Submit(whole, i));
        }

        for (int i = 0; i < interruption; i++)
        {
            actual.Add(Submit(before, i));
        }

        AggregatorState state = AggregatorState.Read(before.CaptureState().Bytes.Span);
        Assert.Equal(state.Bytes.ToArray(), before.CaptureState().Bytes.ToArray());
        BufferedAggregator after = BufferedAggregator.Restore(state, Layout, Selections(), options);
        Assert.Equal(state.Bytes.ToArray(), after.CaptureState().Bytes.ToArray());
        Assert.Equal(before.Current.Changed, after.Current.Changed);
        if (interruption > 0 && actual[^1].IsAccepted)
        {
            Assert.Equal(UpdateOutcome.Duplicate, Submit(after, interruption - 1).Outcome);
        }

        for (int i = interruption; i < Updates; i++)
        {
            actual.Add(Submit(after, i));
        }

        Assert.Equal(expected, actual);
        Assert.Equal(whole.CaptureState().Bytes.ToArray(), after.CaptureState().Bytes.ToArray());
        Assert.InRange(whole.Current.Version.Number, 4, 7);
    }

    [Fact]
    public void Momentum_survives_a_restart()
    {
        BufferedAggregatorOptions options = new() { Capacity = 1, Optimizer = ServerOptimizer.Momentum(.5, .9), NormClip = null, Weighting = new ConstantWeighting() };
        BufferedAggregator whole = Start(options);
        for (int i = 0; i < 20; i++)
        {
            Submit(whole, i);
        }

        BufferedAggregator restarted = BufferedAggregator.Restore(whole.CaptureState(), Layout, Selections(), options);
        Submit(whole, 20);
        Submit(restarted, 20);
        Assert.True(whole.Current.Parameters.Span.SequenceEqual(restarted.Current.Parameters.Span));
    }

    [Fact]
    public void A_refusal_and_a_roll_back_are_remembered()
    {
        BufferedAggregatorOptions options = new() { Capacity = 1, Guard = null, Optimizer = ServerOptimizer.Sgd(1e38), NormClip = null };
        BufferedAggregator aggregator = Start(options);
        ModelSnapshot good = aggregator.Current;
        Submit(aggregator, 4);
        Assert.Equal(1, aggregator.LatestRefusal?.Number);
        options.Optimizer = ServerOptimizer.Sgd(.1);
        aggregator = BufferedAggregator.Restore(aggregator.CaptureState(), Layout, Selections(), options);
        Submit(aggregator, 5);
        aggregator.RollBack(good);
        aggregator = BufferedAggregator.Restore(aggregator.CaptureState(), Layout, Selections(), options);
        using var late = SparseUpdate.Create(new UpdateHeader(new ClientId("late"), default, Layout.Fingerprint, new(4), default, 1), new float[11]);
        Assert.Equal(UpdateOutcome.TooStale, Bench.Now(aggregator.AggregateAsync(late)).Outcome);
    }

    [Fact]
    public void The_state_of_the_first_version_is_restored()
    {
        BufferedAggregatorOptions options = new() { Capacity = 1, Weighting = new RecordingWeighting(WeightingInputs.Drift) };
        var aggregator = new BufferedAggregator(new ModelSnapshot(Layout, default, new float[11]), Selections(), options);
        using var update = SparseUpdate.Create(new UpdateHeader(new ClientId("c"), default, Layout.Fingerprint, default, default, 1), [.. Enumerable.Repeat(1f, 11)]);
        Bench.Now(aggregator.AggregateAsync(update));
        AggregatorState state = aggregator.CaptureState();
        Assert.Equal(state.Bytes.ToArray(), BufferedAggregator.Restore(state, Layout, Selections(), options).CaptureState().Bytes.ToArray());
    }

    [Fact]
    public void The_state_of_a_sum_does_not_grow_with_the_number_of_updates()
    {
        BufferedAggregator aggregator = Start(new() { Capacity = 100, NormClip = null, ExampleCap = null, Reduction = Reduction.Sum(), MaxUpdatesPerClient = 100 });
        var lengths = new List<int>();
        for (int i = 0; i < 3; i++)
        {
            using var update = SparseUpdate.Create(new UpdateHeader(new ClientId("c"), new UpdateId((ulong)i), Layout.Fingerprint, aggregator.Current.Version, default, 1), new float[11]);
            Bench.Now(aggregator.AggregateAsync(update));
            lengths.Add(aggregator.CaptureState().Content.Length);
        }

        // Only the ID of the update and its observed variance and example count are added.
        Assert.Equal(lengths[1] - lengths[0], lengths[2] - lengths[1]);
        Assert.InRange(lengths[1] - lengths[0], 1, 2 + sizeof(ulong) + (2 * sizeof(double)));
    }
}
