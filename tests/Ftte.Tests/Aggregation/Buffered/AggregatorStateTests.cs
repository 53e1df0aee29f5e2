using System.Buffers.Binary;
using CsCheck;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Wire;

namespace Ftte.Tests.Aggregation;

/// <summary>A restored aggregator continues with the same bits, and bytes that are not a state are rejected.</summary>
public class AggregatorStateTests
{
    private const int Updates = 15;

    private static readonly ParameterLayout Layout = ParameterLayout.Create(
        [("weight", [5], ParameterRole.Trainable), ("mean", [2], ParameterRole.Statistic), ("variance", [2], ParameterRole.Variance), ("bias", [2], ParameterRole.Trainable)]);

    private static readonly Func<ServerOptimizer>[] Optimizers =
        [() => ServerOptimizer.Sgd(), () => ServerOptimizer.Momentum(.5), () => ServerOptimizer.Adagrad(), () => ServerOptimizer.Adam(), () => ServerOptimizer.Yogi()];

    private static readonly Func<Reduction>[] Reductions =
    [
        () => Reduction.MassDampedMean(), () => Reduction.MassDampedMean(false), () => Reduction.WeightedMean(), () => Reduction.WeightedMean(false),
        Reduction.OverCapacity, Reduction.Sum, Reduction.Median, () => Reduction.TrimmedMean(), () => Reduction.MultiKrum(0, 2),
    ];

    private static readonly Func<IStalenessWeighting>[] Weightings =
    [
        () => new AgeAndVarianceWeighting(), () => new ConstantWeighting(), () => new PolynomialWeighting(), () => new HingeWeighting(), () => new ExponentialWeighting(),
        () => new ThresholdWeighting(50), () => new ReciprocalWeighting(), () => new RecordingWeighting(WeightingInputs.Drift), () => new AlignmentWeighting(),
    ];

    private static SelectionHistory Selections()
    {
        var selections = new SelectionHistory(ParameterSelection.Full(Layout));
        selections.Announce(ParameterSelection.OfBlocks(Layout, "weight", "mean", "variance"));
        return selections;
    }

    private static BufferedAggregator Start(BufferedAggregatorOptions options) =>
        new(new ModelSnapshot(Layout, new(3), [1, -1, .5f, 2, -2, 0, 1, 1, 3, .1f, -.1f]), Selections(), options);

    /// <summary>Submits update number i, which depends on nothing but i and the current version.</summary>
    private static UpdateReceipt Submit(BufferedAggregator aggregator, int i)
    {
        var random = new Random(i);
        var selection = new SelectionVersion(i % 4 == 2 ? 1 : 0);
        float[] values = [.. Enumerable.Range(0, selection.Number == 1 ? 9 : 11).Select(_ => (random.NextSingle() - .5f) * (i % 6 == 4 ? 100 : 1))];
        var received = new ModelVersion(Math.Max(3, aggregator.Current.Version.Number - random.Next(3)));
        var header = new UpdateHeader(new ClientId($"c{i % 7}"), new UpdateId((ulong)i), Layout.Fingerprint, received, selection, random.Next(1, 500));
        using var update = SparseUpdate.Create(header, values);
        return Bench.Now(aggregator.AggregateAsync(update));
    }

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

    public static TheoryData<string, string, Action<BufferedAggregatorOptions>> Mismatches => new()
    {
        { "options", "optimizer", o => o.Optimizer = ServerOptimizer.Adam() },
        { "options", "reduction", o => o.Reduction = Reduction.Sum() },
        { "options", "reduction", o => o.Reduction = Reduction.Median() },
        { "options", "reduction", o => o.Reduction = Reduction.MassDampedMean(byExamples: false) },
        { "options", "capacity", o => o.Capacity = 7 },
        { "options", "alignment", o => o.Weighting = new AlignmentWeighting() },
        { "options", "drift", o => o.Weighting = new RecordingWeighting(WeightingInputs.Drift) },
    };

    [Theory]
    [MemberData(nameof(Mismatches))]
    public void A_state_is_not_restored_with_options_that_it_does_not_fit(string parameter, string what, Action<BufferedAggregatorOptions> change)
    {
        BufferedAggregatorOptions options = new() { Capacity = 4, NormClip = null, ExampleCap = null };
        BufferedAggregator aggregator = Start(options);
        Submit(aggregator, 0);
        AggregatorState state = aggregator.CaptureState();
        change(options);
        var error = Assert.Throws<ArgumentException>(parameter, () => BufferedAggregator.Restore(state, Layout, Selections(), options));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_buffer_may_be_restored_with_another_capacity()
    {
        BufferedAggregatorOptions options = new() { Capacity = 4 };
        AggregatorState state = Start(options).CaptureState();
        options.Capacity = 1;
        Assert.Equal(UpdateOutcome.Published, Submit(BufferedAggregator.Restore(state, Layout, Selections(), options), 0).Outcome);
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

    [Fact]
    public void A_state_is_not_restored_with_another_layout_or_other_selections_or_by_another_aggregator()
    {
        BufferedAggregatorOptions options = new() { Capacity = 4, NormClip = null, ExampleCap = null };
        BufferedAggregator aggregator = Start(options);
        Submit(aggregator, 2);
        AggregatorState state = aggregator.CaptureState();
        var other = ParameterLayout.Create(("x", [11]));
        Assert.Throws<ArgumentException>("layout", () => BufferedAggregator.Restore(state, other, new SelectionHistory(ParameterSelection.Full(other)), options));
        var selections = new SelectionHistory(ParameterSelection.Full(Layout));
        selections.Announce(ParameterSelection.OfBlocks(Layout, "bias"));
        Assert.Throws<ArgumentException>("selections", () => BufferedAggregator.Restore(state, Layout, selections, options));
        Assert.Throws<ArgumentException>("state", () => BufferedAggregator.Restore(AggregatorState.Create("Other", state.Content.Span), Layout, Selections(), options));
    }

    [Fact]
    public void A_state_carries_the_selections_that_the_history_has_forgotten()
    {
        BufferedAggregatorOptions options = new() { Capacity = 4 };
        BufferedAggregator aggregator = Start(options);
        Submit(aggregator, 2);
        BufferedAggregator restored = BufferedAggregator.Restore(aggregator.CaptureState(), Layout, new SelectionHistory(ParameterSelection.Full(Layout)), options);
        Assert.Equal(aggregator.CaptureState().Bytes.ToArray(), restored.CaptureState().Bytes.ToArray());
    }

    [Fact]
    public void A_state_of_another_aggregator_keeps_its_content()
    {
        AggregatorState state = AggregatorState.Read(AggregatorState.Create("Mine", [1, 2, 3]).Bytes.Span);
        Assert.Equal("Mine", state.Kind);
        Assert.Equal([1, 2, 3], state.Content.ToArray());
        Assert.Empty(AggregatorState.Read(AggregatorState.Create("Mine", []).Bytes.Span).Content.ToArray());
        Assert.Throws<ArgumentException>("kind", () => AggregatorState.Create(new string('x', 65), []));
        Assert.Throws<ArgumentException>("kind", () => AggregatorState.Create(" ", []));
    }

    [Fact]
    public void Every_changed_bit_and_every_missing_byte_of_a_state_is_noticed()
    {
        BufferedAggregator aggregator = Start(new() { Capacity = 4 });
        Submit(aggregator, 0);
        byte[] bytes = aggregator.CaptureState().Bytes.ToArray();
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 16;
            Assert.Throws<WireFormatException>(() => AggregatorState.Read(bytes));
            bytes[i] ^= 16;
            Assert.Throws<WireFormatException>(() => AggregatorState.Read(bytes.AsSpan(0, i)));
        }

        Assert.Throws<WireFormatException>(() => AggregatorState.Read([.. bytes, 0]));
    }

    [Fact]
    public void Restoring_any_content_throws_only_documented_exceptions_and_allocates_no_more_than_the_bytes_justify()
    {
        int count = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 300_000 : 5_000;
        var random = new Random(20_261_128);
        var pool = new CountingPool();
        (byte[] Content, BufferedAggregatorOptions Options)[] corpus = [.. Enumerable.Range(0, 18).Select(i =>
        {
            BufferedAggregatorOptions options = new() { Capacity = 4, Optimizer = Optimizers[i % 5](), Reduction = Reductions[i % 9](), Weighting = Weightings[i % 9](), NormClip = i < 9 ? 3 : null };
            BufferedAggregator aggregator = Start(options);
            for (int u = 0; u < i; u++)
            {
                Submit(aggregator, u);
            }

            return (aggregator.CaptureState().Content.ToArray(), options);
        })];
        int restored = 0, mismatches = 0, refused = 0;
        for (int i = 0; i < count; i++)
        {
            (byte[] original, BufferedAggregatorOptions options) = corpus[random.Next(corpus.Length)];
            byte[] content = Mutate(original, random);
            AggregatorState state = AggregatorState.Create(BufferedAggregator.StateKind, content);
            SelectionHistory selections = Selections();
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                BufferedAggregator aggregator = BufferedAggregator.Restore(state, Layout, selections, options, pool);
                restored++;
                for (int u = 100; u < 106; u++)
                {
                    Submit(aggregator, u);
                    Assert.True(UpdateMoments.Measure(aggregator.Current.Parameters.Span).IsFinite);
                }

                continue;
            }
            catch (WireFormatException)
            {
                refused++;
            }
            catch (ArgumentException)
            {
                mismatches++;
            }
            catch (Exception unexpected)
            {
                Assert.Fail($"State {i}: {Convert.ToHexString(content)}{Environment.NewLine}{unexpected}");
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000 + (20 * content.Length));
        }

        Assert.True(restored > count / 100 && refused > count / 10 && mismatches > 0, $"{restored} restored, {refused} refused, {mismatches} mismatches");
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] content = [.. original];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            switch (random.Next(4))
            {
                case 0 when content.Length > 0:
                    content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    content = content[..random.Next(content.Length + 1)];
                    break;
                case 2 when content.Length >= 4:
                    int value = random.Next(4) switch { 0 => int.MaxValue, 1 => -1, 2 => random.Next(300), _ => random.Next() };
                    BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(random.Next(content.Length - 3)), value);
                    break;
                default:
                    content = [.. content[..random.Next(content.Length + 1)], .. original[random.Next(original.Length)..]];
                    break;
            }
        }

        return content;
    }
}
