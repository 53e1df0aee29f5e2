using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <summary>A version that would break the model is not published, and leaves nothing behind.</summary>
public class VersionGuardTests
{
    private static float[] Values(ulong seed, int count = 6)
    {
        var random = new Random((int)seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - .5f)];
    }

    public static TheoryData<string, Func<BufferedAggregatorOptions>> Rules => new()
    {
        { "SGD", () => new() },
        { "momentum", () => new() { Optimizer = ServerOptimizer.Momentum(.3) } },
        { "Adam", () => new() { Optimizer = ServerOptimizer.Adam() } },
        { "Yogi", () => new() { Optimizer = ServerOptimizer.Yogi() } },
        { "Adagrad by median and alignment", () => new() { Optimizer = ServerOptimizer.Adagrad(), Reduction = Reduction.Median(), Weighting = new AlignmentWeighting() } },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_refused_version_leaves_no_trace_in_any_later_bit(string rule, Func<BufferedAggregatorOptions> options)
    {
        // One aggregator has a buffer refused, first of all or in between; the other never sees it.
        foreach (int refusedBuffer in new[] { 0, 2 })
        {
            var guard = new ScriptedGuard();
            BufferedAggregatorOptions guarded = options(), plain = options();
            (guarded.Capacity, guarded.Guard, plain.Capacity) = (3, guard, 3);
            Bench bench = new(Values(1), guarded), twin = new(Values(1), plain);
            ulong seed = 10;
            for (int buffer = 0; buffer < 5; buffer++)
            {
                if (buffer == refusedBuffer)
                {
                    guard.Reason = "The test says so.";
                    bench.Submit(0, Values(5));
                    bench.Submit(0, Values(6));
                    UpdateReceipt receipt = bench.Submit(0, Values(7));
                    Assert.Equal((UpdateOutcome.Refused, bench.Aggregator.Current.Version, 0d), (receipt.Outcome, receipt.Version, receipt.Weight));
                    Assert.False(receipt.IsAccepted);
                    Assert.False(receipt.AwaitsNextVersion);
                    guard.Reason = null;
                }

                for (int i = 0; i < 3; i++)
                {
                    float[] values = Values(++seed);
                    Assert.Equal(twin.Submit(0, values).Weight, bench.Submit(0, values).Weight);
                }

                Assert.True(twin.Model.AsSpan().SequenceEqual(bench.Model), rule);
            }
        }
    }

    [Fact]
    public void The_updates_of_a_refused_version_may_be_sent_again()
    {
        var guard = new ScriptedGuard { Reason = "The test says so." };
        Bench bench = Bench.OfZeros(new() { Capacity = 2, Guard = guard });
        UpdateHeader one = bench.Header(), two = bench.Header();
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(one, 1, 1).Outcome);
        Assert.Equal(UpdateOutcome.Refused, bench.Submit(two, 3, 3).Outcome);
        guard.Reason = null;
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(two, 3, 3).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(one, 1, 1).Outcome);
        Assert.Equal([2f, 2f], bench.Model);
    }

    [Fact]
    public void A_refusal_is_described()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 2, Guard = new ScriptedGuard { Reason = "The test says so." } });
        Assert.Null(bench.Aggregator.LatestRefusal);
        for (int i = 0; i < 4; i++)
        {
            bench.Submit(0, 1f, 1f);
        }

        Assert.Equal(new VersionRefusal(2, default, 2, "The test says so."), bench.Aggregator.LatestRefusal);
    }

    [Fact]
    public void A_flush_that_is_refused_returns_nothing_and_discards_the_buffer()
    {
        var guard = new ScriptedGuard { Reason = "The test says so." };
        Bench bench = Bench.OfZeros(new() { Capacity = 2, Guard = guard });
        UpdateHeader header = bench.Header();
        bench.Submit(header, 1, 1);
        Assert.Null(bench.Flush());
        Assert.Equal(1, bench.Aggregator.LatestRefusal?.UpdateCount);
        guard.Reason = null;
        Assert.Null(bench.Flush());
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(header, 1, 1).Outcome);
    }

    [Fact]
    public void A_guard_sees_the_candidate_and_the_step()
    {
        var guard = new ScriptedGuard();
        var bench = new Bench([1, 2], new() { Capacity = 1, Guard = guard, Weighting = new ConstantWeighting(), NormClip = null });
        bench.Submit(0, 3f, 4f);
        Assert.Equal([4f, 6f], guard.Candidate!.Parameters.ToArray());
        Assert.Equal((1, 5d, double.NaN), (guard.Step.UpdateCount, guard.Step.Norm, guard.Step.ReferenceRootMeanSquare));
        bench.Submit(0, 3f, 4f);
        Assert.Equal(5 / Math.Sqrt(2), guard.Step.ReferenceRootMeanSquare, 1e-12);
        Assert.Same(guard.Candidate, bench.Aggregator.Current);
    }

    [Fact]
    public void A_guard_that_throws_refuses_the_version_and_is_named()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1, Guard = new ScriptedGuard { Error = new IOException("No data.") } });
        Assert.Equal(UpdateOutcome.Refused, bench.Submit(0, 1f, 1f).Outcome);
        Assert.Contains("ScriptedGuard threw IOException: No data.", bench.Aggregator.LatestRefusal?.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_far_longer_than_usual_is_refused_where_nothing_is_clipped()
    {
        Bench bench = Bench.OfZeros(BufferedAggregatorOptions.FedAvg(10));
        for (int i = 0; i < 10; i++)
        {
            bench.Submit(0, .1f, .1f);
        }

        UpdateOutcome last = default;
        for (int i = 0; i < 10; i++)
        {
            last = bench.Submit(0, i == 3 ? 100f : .1f, .1f).Outcome;
        }

        Assert.Equal(UpdateOutcome.Refused, last);
        Assert.Contains("more than 30 times the usual", bench.Aggregator.LatestRefusal?.Reason, StringComparison.Ordinal);
        Assert.Equal(1, bench.Aggregator.Current.Version.Number);
    }

    public static TheoryData<string> Unclipped => ["FedAvg", "FedBuff", "FedAsync", "FTTE of one"];

    [Theory]
    [MemberData(nameof(Unclipped))]
    public void A_diverging_update_in_the_first_buffer_does_not_destroy_the_model(string rule)
    {
        BufferedAggregatorOptions options = rule switch
        {
            "FedAvg" => BufferedAggregatorOptions.FedAvg(4),
            "FedBuff" => BufferedAggregatorOptions.FedBuff(4),
            "FedAsync" => BufferedAggregatorOptions.FedAsync(),
            _ => new() { Capacity = 1 },
        };
        var bench = new Bench([1, -1], options);
        for (int i = 0; i < options.Capacity; i++)
        {
            bench.Submit(0, i == 0 ? 1e6f : .01f, .01f);
        }

        Assert.All(bench.Aggregator.Current.Parameters.ToArray(), parameter => Assert.InRange(Math.Abs(parameter), 0, 10));
        for (int i = 0; i < options.Capacity; i++)
        {
            bench.Submit(bench.Aggregator.Current.Version.Number, .01f, .01f);
        }

        Assert.True(bench.Aggregator.Current.Version.Number > 0, "An honest buffer is published afterwards.");
    }

    [Fact]
    public void Without_a_guard_only_a_model_that_is_not_finite_is_refused()
    {
        Bench bench = Bench.OfZeros(new() { Capacity = 1, NormClip = null, Guard = null });
        bench.Submit(0, .1f, .1f);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(0, 1e5f, 0f).Outcome);
    }

    [Fact]
    public void A_variance_below_zero_is_refused_unless_it_was_before()
    {
        ParameterLayout layout = ParameterLayout.Create([("v", [1], ParameterRole.Variance)]);
        ModelSnapshot good = new(layout, default, [1]), bad = new(layout, new(1), [-1]);
        Assert.Contains("'v'", new StepGuard().Check(good, bad, default), StringComparison.Ordinal);
        Assert.Null(new StepGuard().Check(bad, good, default));
        Assert.Null(new StepGuard().Check(bad, bad, default));
    }

    [Fact]
    public void A_ratio_below_one_is_refused() => Assert.Throws<ArgumentOutOfRangeException>("maxRatio", () => new StepGuard(.5));

    [Fact]
    public void A_roll_back_publishes_the_earlier_model_as_a_new_version()
    {
        Bench bench = new([1, 1], new() { Capacity = 1, Optimizer = ServerOptimizer.Momentum(), NormClip = null });
        ModelSnapshot good = bench.Aggregator.Current;
        bench.Submit(0, 1f, 1f);
        bench.Submit(0, 1f, 1f);
        ModelSnapshot restored = bench.Aggregator.RollBack(good);
        Assert.Same(restored, bench.Aggregator.Current);
        Assert.Equal(3, restored.Version.Number);
        Assert.Null(restored.Changed);
        Assert.Equal([1f, 1f], bench.Model);
        Assert.Equal(UpdateOutcome.TooStale, bench.Submit(1, 1f, 1f).Outcome);
        Assert.Equal(UpdateOutcome.TooStale, bench.Submit(2, 1f, 1f).Outcome);
        Assert.Equal(UpdateOutcome.Published, bench.Submit(3, 0f, 0f).Outcome);
        // The momentum of the versions undone is gone.
        Assert.Equal([1f, 1f], bench.Model);
    }

    [Fact]
    public void A_roll_back_to_what_is_not_an_earlier_version_of_the_model_is_refused()
    {
        Bench bench = Bench.OfZeros();
        Assert.Throws<ArgumentException>("earlier", () => bench.Aggregator.RollBack(bench.Aggregator.Current));
        Assert.Throws<ArgumentException>("earlier", () => bench.Aggregator.RollBack(new ModelSnapshot(ParameterLayout.Create(("y", [2])), default, [1, 1])));
    }

    private sealed class ScriptedGuard : IVersionGuard
    {
        public string? Reason { get; set; }

        public Exception? Error { get; set; }

        public ModelSnapshot? Candidate { get; private set; }

        public StepStatistics Step { get; private set; }

        public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step)
        {
            (Candidate, Step) = (candidate, step);
            return Error is null ? Reason : throw Error;
        }
    }
}
