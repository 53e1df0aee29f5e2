using Ftte.Wire;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>The bytes of the records in a store, which later versions must still read.</summary>
public sealed class ServerRecordTests
{
    private static readonly UpdateHeader Update = new(new ClientId("phone"), new UpdateId(0x1122), Layout.Fingerprint, new ModelVersion(3), new SelectionVersion(2), 5, UpdateContent.Difference, 0xABCD);

    [Fact]
    public void The_bytes_of_every_kind_of_record_stay_the_same()
    {
        Assert.Equal("0102010000000000000570686f6e650000100000000000070000000000000022110000000000000300000000000000cdab00000000000002000000012a99bb29", Hex(ServerRecord.Assigned(new ClientId("phone"), 1 << 20, 7, new IssuedAssignment(new UpdateId(0x1122), new ModelVersion(3), 0xABCD, new SelectionVersion(2), UpdateContent.Trained))));
        Assert.Equal("0202010000000000000570686f6e652211000000000000ea292be8", Hex(ServerRecord.Released(new ClientId("phone"), new UpdateId(0x1122))));
        Assert.Equal("0302010000000000000155000000000000000570686f6e6522110000000000000300000000000000cdab000000000000020000000500000000030000000000803f000000c0cdcccc3d00854e4764", Hex(ServerRecord.Accepted(Update, new float[] { 1, -2, 0.1f }, UpdateOutcome.Buffered, 0x55)));
        Assert.Equal("0402010000000000005500000000000000a409bfd0", Hex(ServerRecord.Flushed(0x55)));
        Assert.Equal("0102010000000000000570686f6e65ffffffffffffffff070000000000000022110000000000000300000000000000cdab0000000000000200000003455d11b7", Hex(ServerRecord.Assigned(new ClientId("phone"), null, 7, new IssuedAssignment(new UpdateId(0x1122), new ModelVersion(3), 0xABCD, new SelectionVersion(2), UpdateContent.Evaluation))));
        Assert.Equal("0602010000000000000103000000000000006c6f770570686f6e6522110000000000000300000000000000cdab000000000000020000000500000003020000000040003f019186728e", Hex(ServerRecord.Evaluated(Update with { Content = UpdateContent.Evaluation }, new float[] { 2, 0.5f }, "low")));
        Assert.Equal("070201000000000000000000403333d33f354039b7", Hex(ServerRecord.StepScaleChanged(0.3f)));
        Assert.Equal("0802010000000000000570686f6e6522110000000000000306414778", Hex(ServerRecord.Renewed(new ClientId("phone"), new UpdateId(0x1122), 3)));
        Assert.Equal("0902010000000000000570686f6e650000100000000000f65ad87d", Hex(ServerRecord.RegistrationChanged(new ClientId("phone"), 1 << 20)));
        Assert.Equal("0902010000000000000570686f6e65ffffffffffffffff85939b79", Hex(ServerRecord.RegistrationChanged(new ClientId("phone"), null)));
        Assert.Equal("0a0201000000000000550000000000000003000000000000000000803f000000c0b7814603", Hex(ServerRecord.RolledBack(new ModelSnapshot(ParameterLayout.Create(("x", [2])), new ModelVersion(3), [1, -2]), 0x55)));
        Assert.Equal("050201000000000000020000000010000000000000010000000400000003000000e2a15b1e", Hex(ServerRecord.SelectionChanged(new SelectionVersion(2), B, 4096)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void An_update_is_read_as_it_was_written(int count)
    {
        float[] values = [.. Enumerable.Range(0, count).Select(i => i / 3f)];
        Memory<byte> record = ServerRecord.Accepted(Update, values, UpdateOutcome.Published, 0x55);
        ServerRecord.Seal(record, TimeSpan.FromSeconds(2));
        Serialization.StateReader reader = ServerRecord.Open(record.Span, out RecordKind kind, out TimeSpan elapsed);
        using SparseUpdate read = ServerRecord.ReadAccepted(ref reader, Layout, out UpdateOutcome outcome, out ulong fingerprint);
        Assert.Equal((RecordKind.Accepted, TimeSpan.FromSeconds(2), UpdateOutcome.Published, 0x55UL), (kind, elapsed, outcome, fingerprint));
        Assert.Equal(Update, read.Header);
        Assert.Equal(values, read.Values.ToArray());
    }

    [Theory]
    [InlineData("low")]
    [InlineData("")]
    [InlineData(null)]
    public void An_answer_to_an_evaluation_is_read_as_it_was_written(string? group)
    {
        float[] values = [.. Enumerable.Range(0, EvaluationOptions.MaxMetrics).Select(i => i / 3f)];
        Memory<byte> record = ServerRecord.Evaluated(Update, values, group);
        ServerRecord.Seal(record, TimeSpan.Zero);
        Serialization.StateReader reader = ServerRecord.Open(record.Span, out RecordKind kind, out _);
        using SparseUpdate read = ServerRecord.ReadEvaluated(ref reader, Layout, out string? readGroup);
        Assert.Equal((RecordKind.Evaluated, group), (kind, readGroup));
        Assert.Equal(Update, read.Header);
        Assert.Equal(values, read.Values.ToArray());
    }

    [Fact]
    public void Hostile_bytes_with_a_right_checksum_are_one_clear_error()
    {
        Memory<byte> record = ServerRecord.Accepted(Update, new float[] { 1, -2, 0.1f }, UpdateOutcome.Buffered, 0x55);
        var random = new Random(1);
        for (int repeat = 0; repeat < 3000; repeat++)
        {
            byte[] hostile = record.ToArray();
            hostile[random.Next(9, hostile.Length - 4)] = (byte)random.Next(256);
            ServerRecord.Seal(hostile, TimeSpan.Zero);
            try
            {
                Serialization.StateReader reader = ServerRecord.Open(hostile, out _, out _);
                ServerRecord.ReadAccepted(ref reader, Layout, out _, out _).Dispose();
            }
            catch (WireFormatException)
            {
            }
        }

        byte[] unknown = record.ToArray();
        unknown[0] = 77;
        ServerRecord.Seal(unknown, TimeSpan.Zero);
        Assert.Contains("unknown kind 77", Assert.Throws<WireFormatException>(() => ServerRecord.Open(unknown, out _, out _)).Message, StringComparison.Ordinal);
        Assert.Contains("too short", Assert.Throws<WireFormatException>(() => ServerRecord.Open(new byte[5], out _, out _)).Message, StringComparison.Ordinal);
    }

    private static string Hex(Memory<byte> record)
    {
        ServerRecord.Seal(record, TimeSpan.FromTicks(258));
        return Convert.ToHexStringLower(record.Span);
    }
}
