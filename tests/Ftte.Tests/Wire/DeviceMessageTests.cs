using System.Buffers;
using CsCheck;
using Ftte.Wire;
using static Ftte.Tests.WireSamples;

namespace Ftte.Tests;

public sealed class DeviceMessageTests
{
    [Fact]
    public void A_request_survives_the_way_there_and_back() => Gen.Select(Clients, Gen.Long[0, long.MaxValue], Gen.ULong, Versions.Nullable(), Gen.Bool).Sample((client, budget, fingerprint, held, canProbe) =>
    {
        var device = new DeviceProfile(client, budget, fingerprint, held, canProbe, held is null ? 0 : ~fingerprint);
        byte[] message = Write(w => DeviceMessage.Write(w, device));
        Assert.Equal(DeviceMessage.GetLength(device), message.Length);
        Assert.Equal(MessageKind.Device, WireMessage.Peek(message));
        Assert.Equal(device, DeviceMessage.Read(message));
    });

    [Fact]
    public void Requests_that_no_reader_would_take_are_refused_before_a_byte_is_written()
    {
        var good = new DeviceProfile(new ClientId("a"), 1, 1);
        DeviceProfile[] bad =
        [
            good with { Client = default },
            good with { MemoryBudgetBytes = -1 },
        ];
        foreach (DeviceProfile device in bad)
        {
            var buffer = new ArrayBufferWriter<byte>();
            Assert.ThrowsAny<ArgumentException>(() => DeviceMessage.Write(buffer, device));
            Assert.Equal(0, buffer.WrittenCount);
        }
    }
}
