using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte.Tests.Aggregation;

/// <summary>States whose checksum is right but whose content is not: one clear error, before memory is allocated, and no buffer stays rented.</summary>
public class HostileStateTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(
        [("weight", [3], ParameterRole.Trainable), ("mean", [2], ParameterRole.Statistic), ("variance", [1], ParameterRole.Variance)]);

    [Fact]
    public void A_newer_version_and_bytes_after_the_last_field_are_rejected()
    {
        byte[] content = Capture(new(), updates: 1);
        Assert.Equal(WireError.Inconsistent, Restore([.. content, 0], new()));
        content[0] = 2;
        Assert.Equal(WireError.UnsupportedVersion, Restore(content, new()));
    }

    [Fact]
    public void Updates_of_a_state_that_is_rejected_go_back_to_their_pool()
    {
        using var pool = new RentCounter();
        Assert.Equal(WireError.Inconsistent, Restore(Capture(new(), updates: 2)[..^4], new(), pool));
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void A_value_that_is_not_finite_is_rejected_and_its_buffer_returned()
    {
        using var pool = new RentCounter();
        byte[] content = Capture(Robust, updates: 1);

        // The last value of the only update precedes the number of held updates.
        BinaryPrimitives.WriteSingleLittleEndian(content.AsSpan(content.Length - 8), float.NaN);
        Assert.Equal(WireError.BadValue, Restore(content, Robust, pool));
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Memory_is_allocated_only_for_values_that_are_there()
    {
        const int Large = 1 << 20;
        var layout = ParameterLayout.Create(("x", [Large]));
        var history = new SelectionHistory(ParameterSelection.Full(layout));
        var pool = new CountingPool();
        byte[] saved = StateBytes.Write(writer => Write(writer, history.Current.Selection));
        StateBytes.AssertRejected(WireError.Inconsistent, saved, (ref reader) => UpdateCopy.Load(ref reader, new StateSelections(history), layout, pool));
        Assert.Equal(0, pool.Rents);

        UpdateBuffer sums = Reduction.Sum().CreateBuffer(4, 0, layout, pool);
        byte[] kind = StateBytes.Write(sums.Save);
        byte[] content = [.. kind[..^8], .. StateBytes.Write(writer =>
        {
            writer.Int32(1);
            writer.Int32(1);
            StateSelections.Write(writer, default, history.Current.Selection);
            writer.Bytes(new byte[Large]);
        })];
        long before = GC.GetAllocatedBytesForCurrentThread();
        StateBytes.AssertRejected(WireError.Inconsistent, content, (ref reader) => sums.Load(ref reader, new StateSelections(history)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);

        static void Write(StateWriter writer, ParameterSelection selection)
        {
            writer.Client(new ClientId("c"));
            writer.UInt64(1);
            StateSelections.Write(writer, default, selection);
            writer.Int32(1);
            foreach (double value in new[] { 1, 1, 1, 1, 1, 1.0 })
            {
                writer.Double(value);
            }

            writer.Bytes(new byte[Large]);
        }
    }

    [Theory]
    [InlineData(4, 1)] // as many updates as the capacity
    [InlineData(1, 0)] // an update without a sum
    [InlineData(0, 1)] // a sum without an update
    [InlineData(1, 2)] // more sums than updates
    public void Numbers_of_updates_and_sums_that_contradict_each_other_are_rejected(int updates, int sums)
    {
        var history = new SelectionHistory(ParameterSelection.Full(Layout));
        byte[] empty = StateBytes.Write(NewBuffer().Save);
        byte[] content = [.. empty[..^8], .. StateBytes.Write(writer =>
        {
            writer.Int32(updates);
            writer.Int32(sums);
            for (int i = 0; i < sums; i++)
            {
                StateSelections.Write(writer, default, history.Current.Selection);
                default(FixedPoint).Plus(1).Save(writer);
                default(FixedPoint).Plus(1).Save(writer);
                writer.Values<long>(new long[6]);
            }
        })];
        StateBytes.AssertRejected(WireError.BadValue, content, (ref reader) => NewBuffer().Load(ref reader, new StateSelections(history)));

        static UpdateBuffer NewBuffer() => Reduction.Sum().CreateBuffer(4, 0, Layout, new CountingPool());
    }

    [Fact]
    public void A_selection_without_coordinates_and_a_negative_mass_are_rejected()
    {
        var history = new SelectionHistory(ParameterSelection.Full(Layout));
        StateBytes.AssertRejected(WireError.BadValue, writer => StateSelections.Write(writer, default, ParameterSelection.Create(6, [])), (ref reader) => new StateSelections(history).Read(ref reader));
        StateBytes.AssertRejected(WireError.BadValue, [.. MemoryMarshal.AsBytes<ulong>([0, 1UL << 63])], static (ref reader) => FixedPoint.Load(ref reader));
    }

    [Fact]
    public void Versions_of_statistics_that_do_not_ascend_and_none_at_all_are_rejected()
    {
        StateBytes.AssertRejected(WireError.BadValue, writer => Write(writer, 4, 4), Load);
        StateBytes.AssertRejected(WireError.BadValue, writer => Write(writer, 4, 3), Load);
        StateBytes.AssertRejected(WireError.BadValue, writer => Write(writer), Load);

        static void Write(StateWriter writer, params long[] versions)
        {
            writer.Int32(versions.Length);
            foreach (long version in versions)
            {
                writer.Int64(version);
                writer.Values<float>([1, 2, 3]);
            }
        }

        static void Load(ref StateReader reader) => new StatisticHistory(Layout, 20).Load(ref reader);
    }

    [Fact]
    public void Earlier_versions_that_do_not_ascend_to_the_current_one_are_rejected()
    {
        var current = new ModelSnapshot(Layout, new(5), new float[6]);
        StateBytes.AssertRejected(WireError.BadValue, writer => Write(writer, 4, 4), Load);
        StateBytes.AssertRejected(WireError.BadValue, writer => Write(writer, 5), Load);

        static void Write(StateWriter writer, params long[] versions)
        {
            writer.Int32(versions.Length);
            foreach (long version in versions)
            {
                writer.Int64(version);
                writer.Values<float>(new float[6]);
            }
        }

        void Load(ref StateReader reader) => new ModelHistory(20).Load(ref reader, current);
    }

    [Fact]
    public void More_steps_than_are_kept_are_rejected() => StateBytes.AssertRejected(
        WireError.BadValue,
        writer =>
        {
            writer.Byte(10);
            for (int i = 0; i < 10; i++)
            {
                writer.Double(1);
            }
        },
        static (ref reader) => new StepHistory().Load(ref reader));

    private static BufferedAggregatorOptions Robust => new() { Reduction = Reduction.Median(), NormClip = null };

    private static byte[] Capture(BufferedAggregatorOptions options, int updates)
    {
        options.Capacity = 4;
        var aggregator = new BufferedAggregator(new ModelSnapshot(Layout, default, new float[6]), new SelectionHistory(ParameterSelection.Full(Layout)), options);
        for (ulong i = 0; i < (ulong)updates; i++)
        {
            using var update = SparseUpdate.Create(new UpdateHeader(new ClientId($"c{i}"), new UpdateId(i), Layout.Fingerprint, default, default, 1), [1, 1, 1, 1, 1, 1f]);
            Assert.Equal(UpdateOutcome.Buffered, Bench.Now(aggregator.AggregateAsync(update)).Outcome);
        }

        return aggregator.CaptureState().Content.ToArray();
    }

    private static WireError Restore(byte[] content, BufferedAggregatorOptions options, System.Buffers.MemoryPool<float>? pool = null)
    {
        options.Capacity = 4;
        AggregatorState state = AggregatorState.Create(BufferedAggregator.StateKind, content);
        return Assert.Throws<WireFormatException>(() => BufferedAggregator.Restore(state, Layout, new SelectionHistory(ParameterSelection.Full(Layout)), options, pool)).Reason;
    }
}
