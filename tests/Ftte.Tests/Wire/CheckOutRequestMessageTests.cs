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
