using CsCheck;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Wire;

namespace Ftte.Tests.Aggregation;

/// <summary>A version that several shards fold has the bits of one that a single aggregator folds.</summary>
public class AggregationShardTests
{
    private const int Capacity = 8, Versions = 3, Parameters = 67;

    private sealed record Sent(int Selection, long Age, int Examples, float[] Noise);

    private static readonly Gen<Sent[]> Updates = Gen.Select(
        Gen.Int[0, 2],
        Gen.Long[0, 12],
        Gen.Int[1, 5000],
        Gen.Float[-1f, 1f].Array[Parameters],
        (selection, age, examples, noise) => new Sent(selection, age, examples, noise)).Array[Capacity * Versions];

    private static readonly ParameterLayout Layout = ParameterLayout.Create(
        [("x", [50], ParameterRole.Trainable), ("mean", [8], ParameterRole.Statistic), ("variance", [9], ParameterRole.Variance)]);

    public static TheoryData<string, Func<BufferedAggregatorOptions>> Rules => new()
    {
        { "FTTE", () => new() },
        { "FTTE, not clipped", () => new() { NormClip = null, ExampleCap = null } },
        { "FTTE, clipped", () => new() { NormClip = 1 } },
        { "weighted mean", () => new() { Reduction = Reduction.WeightedMean() } },
        { "FedBuff", () => BufferedAggregatorOptions.FedBuff() },
        { "Adam", () => new() { Optimizer = ServerOptimizer.Adam() } },
        { "alignment", () => new() { Weighting = new AlignmentWeighting() } },
        { "drift", () => new() { Weighting = new RecordingWeighting(WeightingInputs.Drift) } },
        { "median", () => new() { Reduction = Reduction.Median() } },
        { "Multi-Krum", () => new() { Reduction = Reduction.MultiKrum(0, 2) } },
        { "every version refused", () => new() { Guard = new RefusingGuard() } },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_same_updates_over_one_to_eight_shards_in_any_order_give_the_same_bits(string rule, Func<BufferedAggregatorOptions> options)
    {
        Assert.NotEmpty(rule);
        Gen.Select(Updates, Gen.Int[1, 8], Gen.Int[0, int.MaxValue]).Sample((updates, shards, seed) =>
        {
            // States contain the model, the optimizer and the reference values. The IDs of the accepted updates have the order of arrival, so that both are compared after one more version.
            BufferedAggregator single = Start(options()), sharded = Start(options());
            var random = new Random(seed);
            for (int version = 0; version < Versions; version++)
            {
                Sent[] buffer = updates[(version * Capacity)..((version + 1) * Capacity)];
                UpdateOutcome outcome = default;
                for (int i = 0; i < Capacity; i++)
                {
                    using SparseUpdate update = Create(single, buffer[i], i);
                    outcome = Bench.Now(single.AggregateAsync(update)).Outcome;
                }

                Assert.Equal(outcome, FoldInShards(sharded, options(), buffer, shards, random));
                Assert.Equal(single.Current.Version, sharded.Current.Version);
                Assert.True(Bits(single).SequenceEqual(Bits(sharded)), $"{shards} shards, version {version}");
                Assert.Equal(single.LatestRefusal?.Number, sharded.LatestRefusal?.Number);
                Assert.Equal(single.CaptureState().Bytes.Length, sharded.CaptureState().Bytes.Length);
            }
        }, iter: 40);
    }

    [Fact]
    public void An_incomplete_buffer_of_parts_is_published_with_the_same_bits()
    {
        BufferedAggregator single = Start(new()), sharded = Start(new());
        Sent[] buffer = [.. Enumerable.Range(0, 6).Select(i => new Sent(0, 0, i + 1, Values(i)))];
        for (int i = 0; i < buffer.Length; i++)
        {
            using SparseUpdate update = Create(single, buffer[i], i);
            Assert.Equal(UpdateOutcome.Buffered, Bench.Now(single.AggregateAsync(update)).Outcome);
        }

        Assert.Equal(UpdateOutcome.Buffered, FoldInShards(sharded, new(), buffer, 3, new Random(1)));
        Assert.Equal(Bench.Now(single.FlushAsync())!.Fingerprint, Bench.Now(sharded.FlushAsync())!.Fingerprint);
    }

    [Fact]
    public void A_check_answers_as_the_fold_and_changes_nothing()
    {
        BufferedAggregator publisher = Start(new());
        using AggregationShard shard = Shard(publisher, new());
        using SparseUpdate update = Create(publisher, new Sent(0, 2, 10, Values(1)), 1);
        byte[] before = shard.Capture().Bytes.ToArray();
        UpdateReceipt check = shard.Check(update);
        Assert.Equal(before, shard.Capture().Bytes.ToArray());
        Assert.Equal(check with { AwaitsNextVersion = true }, shard.Fold(update));
        Assert.Equal(UpdateOutcome.Duplicate, shard.Check(update).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, shard.Fold(update).Outcome);
        Assert.Equal(1, shard.Count);
    }

    [Fact]
    public void A_shard_never_publishes_and_is_busy_when_it_has_a_whole_version()
    {
        BufferedAggregator publisher = Start(new());
        using AggregationShard shard = Shard(publisher, new());
        for (int i = 0; i <= Capacity; i++)
        {
            using SparseUpdate update = Create(publisher, new Sent(0, 0, 1, Values(i)), i);
            UpdateOutcome expected = i < Capacity ? UpdateOutcome.Buffered : UpdateOutcome.Busy;
            Assert.Equal((expected, expected), (shard.Check(update).Outcome, shard.Fold(update).Outcome));
        }

        Assert.Equal((Capacity, publisher.Current.Version), (shard.Count, shard.Version));
        Assert.Equal(UpdateOutcome.Published, publisher.Merge(shard.Capture()));
    }

    [Fact]
    public void A_partial_aggregate_that_is_read_from_its_bytes_is_the_same()
    {
        BufferedAggregator publisher = Start(new());
        using AggregationShard shard = Shard(publisher, new());
        using SparseUpdate update = Create(publisher, new Sent(1, 0, 1, Values(1)), 1);
        shard.Fold(update);
        PartialAggregate captured = shard.Capture(), read = PartialAggregate.Read(captured.Bytes.Span);
        Assert.Equal((captured.Version, captured.Count), (read.Version, read.Count));
        Assert.Equal(captured.Bytes.ToArray(), read.Bytes.ToArray());
        Assert.StartsWith($"1 updates for the version after {publisher.Current.Version}", read.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused_and_change_nothing()
    {
        BufferedAggregator publisher = Start(new());
        using AggregationShard shard = Shard(publisher, new()), full = Shard(publisher, new());
        using SparseUpdate first = Create(publisher, new Sent(0, 0, 1, Values(1)), 1);
        shard.Fold(first);
        for (int i = 0; i < Capacity; i++)
        {
            using SparseUpdate update = Create(publisher, new Sent(0, 0, 1, Values(i)), 100 + i);
            full.Fold(update);
        }

        PartialAggregate part = shard.Capture(), later = full.Capture();
        Assert.Equal(UpdateOutcome.Buffered, publisher.Merge(part));
        byte[] before = publisher.CaptureState().Bytes.ToArray();
        AssertRefused("Merge each partial aggregate once", part);
        AssertRefused("has room for 7 of 8", later);
        Assert.Equal(before, publisher.CaptureState().Bytes.ToArray());

        BufferedAggregator other = new(new ModelSnapshot(Layout, new(20), Values(9)), Selections(), Options(new()));
        Assert.Contains("model", Assert.Throws<ArgumentException>(() => other.Merge(part)).Message, StringComparison.Ordinal);
        BufferedAggregator next = Start(new());
        Assert.Equal(UpdateOutcome.Published, next.Merge(later));
        Assert.Contains("version", Assert.Throws<ArgumentException>(() => next.Merge(part)).Message, StringComparison.Ordinal);
        BufferedAggregator median = Start(new() { Reduction = Reduction.Median() });
        Assert.Contains("reduction", Assert.Throws<ArgumentException>(() => median.Merge(part)).Message, StringComparison.Ordinal);

        void AssertRefused(string message, PartialAggregate refused) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => publisher.Merge(refused)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shard_of_a_state_with_updates_in_its_buffer_is_refused()
    {
        BufferedAggregator publisher = Start(new());
        using SparseUpdate update = Create(publisher, new Sent(0, 0, 1, Values(1)), 1);
        Bench.Now(publisher.AggregateAsync(update));
        Assert.Contains("count once per shard", Assert.Throws<ArgumentException>(() => Shard(publisher, new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Corrupt_bytes_are_one_error()
    {
        BufferedAggregator publisher = Start(new());
        using AggregationShard shard = Shard(publisher, new());
        byte[] bytes = shard.Capture().Bytes.ToArray();
        bytes[^5] ^= 1;
        Assert.Equal(WireError.ChecksumMismatch, Assert.Throws<WireFormatException>(() => PartialAggregate.Read(bytes)).Reason);
        Assert.Equal(WireError.BadValue, Assert.Throws<WireFormatException>(() => PartialAggregate.Read(publisher.CaptureState().Bytes.Span)).Reason);
    }

    private static UpdateOutcome FoldInShards(BufferedAggregator publisher, BufferedAggregatorOptions options, Sent[] buffer, int count, Random random)
    {
        AggregationShard[] shards = [.. Enumerable.Range(0, count).Select(_ => Shard(publisher, options))];
        int[] order = [.. Enumerable.Range(0, buffer.Length)];
        random.Shuffle(order);
        foreach (int i in order)
        {
            using SparseUpdate update = Create(publisher, buffer[i], i);
            Assert.Equal(UpdateOutcome.Buffered, shards[random.Next(count)].Fold(update).Outcome);
        }

        random.Shuffle(shards);
        UpdateOutcome outcome = default;
        foreach (AggregationShard shard in shards)
        {
            using (shard)
            {
                // After the last update, a part that is empty would be of an earlier version.
                outcome = shard.Count > 0 ? publisher.Merge(PartialAggregate.Read(shard.Capture().Bytes.Span)) : outcome;
            }
        }

        return outcome;
    }

    private static AggregationShard Shard(BufferedAggregator publisher, BufferedAggregatorOptions options) =>
        AggregationShard.Create(AggregatorState.Read(publisher.CaptureState().Bytes.Span), Layout, Selections(), Options(options));

    private static BufferedAggregator Start(BufferedAggregatorOptions options) => new(new ModelSnapshot(Layout, new(20), Values(0)), Selections(), Options(options));

    private static BufferedAggregatorOptions Options(BufferedAggregatorOptions options)
    {
        options.Capacity = Capacity;
        return options;
    }

    private static SelectionHistory Selections()
    {
        var selections = new SelectionHistory(ParameterSelection.Full(Layout));
        selections.Announce(ParameterSelection.Create(Parameters, [new(0, 20), new(30, 37)]));
        selections.Announce(ParameterSelection.Create(Parameters, [new(10, 30)]));
        return selections;
    }

    private static SparseUpdate Create(BufferedAggregator aggregator, Sent sent, int client)
    {
        Assert.True(aggregator.Current.Version.Number >= 20);
        int length = sent.Selection switch { 0 => Parameters, 1 => 57, _ => 30 };
        var header = new UpdateHeader(new ClientId($"c{client}"), new UpdateId((ulong)((aggregator.LatestRefusal?.Number ?? 0) + aggregator.Current.Version.Number)), Layout.Fingerprint,
            new ModelVersion(aggregator.Current.Version.Number - sent.Age), new(sent.Selection), sent.Examples);
        return SparseUpdate.Create(header, sent.Noise.AsSpan(0, length));
    }

    private static float[] Values(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Parameters).Select(_ => random.NextSingle())];
    }

    private static IEnumerable<int> Bits(BufferedAggregator aggregator) => aggregator.Current.Parameters.ToArray().Select(BitConverter.SingleToInt32Bits);

    private sealed class RefusingGuard : IVersionGuard
    {
        public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step) => "Refused for the test.";
    }
}
