using System.Buffers.Binary;
using Ftte.Aggregation;
using Ftte.Numerics;
using Ftte.Wire;

namespace Ftte.Tests.Aggregation;

/// <summary>The frame of a saved state: each reason for which it is rejected, and its limits.</summary>
public class AggregatorStateFormatTests
{
    private static readonly byte[] State = AggregatorState.Create("Mine", [1, 2, 3]).Bytes.ToArray();

    public static TheoryData<WireError, byte[]> Rejected => new()
    {
        { WireError.TooShort, State[..17] },
        { WireError.TooShort, State[..^1] },
        { WireError.Inconsistent, [.. State, 0] },
        { WireError.BadMagic, Patch(0, [(byte)'X']) },
        { WireError.UnsupportedVersion, Patch(4, [2]) },
        { WireError.ChecksumMismatch, [.. State[..^1], (byte)~State[^1]] },
        { WireError.BadValue, Named("") },
        { WireError.BadValue, Named("  ") },
        { WireError.BadValue, Named(new string('x', 65)) },
        { WireError.BadValue, Patch(14, [0xC3, 0x28]) },
    };

    [Theory]
    [MemberData(nameof(Rejected))]
    public void Bytes_that_are_no_state_are_rejected_with_the_reason(WireError reason, byte[] bytes) =>
        Assert.Equal(reason, Assert.Throws<WireFormatException>(() => AggregatorState.Read(bytes)).Reason);

    [Fact]
    public void A_kind_may_have_64_bytes()
    {
        string kind = new('x', 64);
        Assert.Equal(kind, AggregatorState.Read(AggregatorState.Create(kind, []).Bytes.Span).Kind);
    }

    private static byte[] Patch(int offset, byte[] bytes)
    {
        byte[] changed = [.. State];
        bytes.CopyTo(changed, offset);
        return Seal(changed);
    }

    private static byte[] Named(string kind)
    {
        byte[] changed = [.. State[..14], .. System.Text.Encoding.UTF8.GetBytes(kind), 1, 2, 3, 0, 0, 0, 0];
        changed[5] = (byte)kind.Length;
        return Seal(changed);
    }

    private static byte[] Seal(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32C.Compute(bytes.AsSpan(..^4)));
        return bytes;
    }
}
