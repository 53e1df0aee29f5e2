using System.Buffers;
using CsCheck;
using Ftte.Wire;
using static Ftte.Tests.Wire.WireSamples;

namespace Ftte.Tests.Wire;

public sealed class ReceiptMessageTests
{
    [Fact]
    public void A_receipt_survives_the_way_there_and_back() => Gen.Select(
        Gen.Enum<UpdateOutcome>().Where(o => o != UpdateOutcome.None), Versions, Gen.Double[0, 1e300], Durations.Nullable()).Sample((outcome, version, weight, retryAfter) =>
    {
        var receipt = new UpdateReceipt(outcome, version, weight, retryAfter);
        byte[] message = Write(w => ReceiptMessage.Write(w, receipt));
        Assert.Equal(ReceiptMessage.Length, message.Length);
        Assert.Equal(MessageKind.Receipt, WireMessage.Peek(message));
        Assert.Equal(receipt, ReceiptMessage.Read(message));
    });

    [Fact]
    public void Whether_the_client_has_used_up_its_share_does_not_travel()
    {
        var receipt = new UpdateReceipt(UpdateOutcome.Buffered, new ModelVersion(1), 0.5);
        Assert.Equal(receipt, ReceiptMessage.Read(Write(w => ReceiptMessage.Write(w, receipt with { AwaitsNextVersion = true }))));
    }

    [Fact]
    public void Receipts_that_no_reader_would_take_are_refused_before_a_byte_is_written()
    {
        var good = new UpdateReceipt(UpdateOutcome.Buffered, new ModelVersion(1), 0.5);
        UpdateReceipt[] bad =
        [
            default,
            good with { Outcome = (UpdateOutcome)200 },
            good with { Weight = -0.5 },
            good with { Weight = double.NaN },
            good with { Weight = double.PositiveInfinity },
            good with { RetryAfter = TimeSpan.FromTicks(-1) },
            good with { RetryAfter = TimeSpan.MaxValue },
        ];
        foreach (UpdateReceipt receipt in bad)
        {
            var buffer = new ArrayBufferWriter<byte>();
            Assert.ThrowsAny<ArgumentException>(() => ReceiptMessage.Write(buffer, receipt));
            Assert.Equal(0, buffer.WrittenCount);
        }
    }
}
