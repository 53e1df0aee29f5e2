using System.Buffers;
using CsCheck;
using Ftte.Wire;
using static Ftte.Tests.Wire.WireSamples;

namespace Ftte.Tests.Wire;

public sealed class CheckOutRequestMessageTests
{
    [Fact]
    public void A_request_survives_the_way_there_and_back() => Gen.Select(Clients, Gen.Long[0, long.MaxValue], Gen.ULong, Versions.Nullable(), Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool)).Sample((client, budget, fingerprint, held, flags) =>
    {
        var device = new CheckOutRequest(client, budget, fingerprint, held, flags.Item1, held is null ? 0 : ~fingerprint) { CanEvaluate = flags.Item2, NeverTrains = flags.Item3 };
        byte[] message = Write(w => CheckOutRequestMessage.Write(w, device));
        Assert.Equal(CheckOutRequestMessage.GetLength(device), message.Length);
        Assert.Equal(MessageKind.CheckOutRequest, WireMessage.Peek(message));
        Assert.Equal(device, CheckOutRequestMessage.Read(message));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    public void The_first_and_the_last_version_arrive_with_their_fingerprint(long version)
    {
        var device = new CheckOutRequest(new ClientId("a"), 0, 1, new ModelVersion(version), HeldFingerprint: 7);
        Assert.Equal(device, CheckOutRequestMessage.Read(Write(w => CheckOutRequestMessage.Write(w, device))));
    }

    [Fact]
    public void A_fingerprint_without_a_version_is_ignored()
    {
        var device = new CheckOutRequest(new ClientId("a"), 1, 1);
        byte[] message = Write(w => CheckOutRequestMessage.Write(w, device));
        message[44] = 7;
        Assert.Equal(device, CheckOutRequestMessage.Read(Seal(message)));
    }

    [Fact]
    public void A_request_that_is_null_is_misuse()
    {
        Assert.Throws<ArgumentNullException>("device", () => CheckOutRequestMessage.GetLength(null!));
        Assert.Throws<ArgumentNullException>("device", () => CheckOutRequestMessage.Write(new ArrayBufferWriter<byte>(), null!));
        Assert.Throws<ArgumentNullException>("output", () => CheckOutRequestMessage.Write(null!, new CheckOutRequest(new ClientId("a"), 1, 1)));
    }

    [Fact]
    public void Requests_that_no_reader_would_take_are_refused_before_a_byte_is_written()
    {
        var good = new CheckOutRequest(new ClientId("a"), 1, 1);
        CheckOutRequest[] bad =
        [
            good with { Client = default },
            good with { MemoryBudgetBytes = -1 },
        ];
        foreach (CheckOutRequest device in bad)
        {
            var buffer = new ArrayBufferWriter<byte>();
            Assert.ThrowsAny<ArgumentException>(() => CheckOutRequestMessage.Write(buffer, device));
            Assert.Equal(0, buffer.WrittenCount);
        }
    }
}
