using System.Buffers.Binary;
using Ftte.Wire;
using static Ftte.Tests.Wire.WireSamples;

namespace Ftte.Tests.Wire;

/// <summary>Each reason for which a message is rejected.</summary>
public sealed class WireErrorTests
{
    private const int ModelLength = 40;

    private static readonly byte[] Device = Write(w => CheckOutRequestMessage.Write(w, new CheckOutRequest(new ClientId("phone-17"), 262_144, 7, new ModelVersion(3))));
    private static readonly byte[] Receipt = Write(w => ReceiptMessage.Write(w, new UpdateReceipt(UpdateOutcome.Busy, new ModelVersion(3), 0, TimeSpan.FromSeconds(1))));
    private static readonly byte[] Refusal = Write(new CheckOutResponse(CheckOutOutcome.Busy, null, TimeSpan.FromSeconds(1)), [], ValueFormat.Float32);
    private static readonly byte[] Update = Write(Header(), Values(20), ValueFormat.Float32);
    private static readonly byte[] Int8Update = Write(Header(), Values(200), ValueFormat.Int8);

    // Selected: [2, 5) and [10, 17); refreshed: the same.
    private static readonly CheckOutResponse Answer = Assigned(SampleSelection(ModelLength, (2, 3), (10, 7)), SampleSelection(ModelLength, (2, 3), (10, 7)));
    private static readonly byte[] CheckOutResponse = Write(Answer, Values(ModelLength), ValueFormat.Float32);
    private static readonly byte[] Int8CheckOut = Write(Answer, Values(ModelLength), ValueFormat.Int8);

    private static readonly byte[] Reference = Write(w => CheckOutReferenceMessage.Write(w, Answer, new BlobReference(new string('a', 64), ValueFormat.Int8)));

    private static readonly byte[][] All = [Device, Receipt, Refusal, Update, Int8Update, CheckOutResponse, Int8CheckOut, Reference];

    [Fact]
    public void TooShort_is_the_reason_wherever_a_message_is_cut_off()
    {
        foreach (byte[] message in All)
        {
            for (int length = 0; length < message.Length; length++)
            {
                AssertRefused(WireError.TooShort, message[..length], (MessageKind)message[5]);
            }
        }
    }

    [Fact]
    public void BadMagic_is_the_reason_when_the_bytes_are_something_else()
    {
        foreach (byte[] message in All)
        {
            AssertRefused(WireError.BadMagic, Patch(message, 0, "FTTF"u8), (MessageKind)message[5]);
        }

        Assert.Equal(WireError.BadMagic, Assert.Throws<WireFormatException>(() => WireMessage.Peek("{\"hello\":1}"u8)).Reason);
    }

    [Fact]
    public void UnsupportedVersion_is_the_reason_for_every_other_version()
    {
        foreach (byte[] message in All)
        {
            AssertRefused(WireError.UnsupportedVersion, Patch(message, 4, [0]), (MessageKind)message[5]);
            AssertRefused(WireError.UnsupportedVersion, Patch(message, 4, [2]), (MessageKind)message[5]);
        }
    }

    [Fact]
    public void WrongKind_is_the_reason_for_other_and_unknown_kinds()
    {
        foreach (MessageKind reader in Enum.GetValues<MessageKind>())
        {
            foreach (byte[] message in All.Where(m => m[5] != (byte)reader))
            {
                AssertRefused(WireError.WrongKind, message, reader);
            }
        }

        AssertRefused(WireError.WrongKind, Patch(Device, 5, [0]), MessageKind.CheckOutRequest);
        AssertRefused(WireError.WrongKind, Patch(Device, 5, [6]), MessageKind.CheckOutRequest);
        Assert.Equal(WireError.WrongKind, Assert.Throws<WireFormatException>(() => WireMessage.Peek([.. "FTTE"u8, 1, 9])).Reason);
    }

    [Fact]
    public void ChecksumMismatch_is_the_reason_for_every_changed_bit_behind_the_envelope()
    {
        foreach (byte[] message in All)
        {
            for (int bit = 20 * 8; bit < message.Length * 8; bit++)
            {
                byte[] changed = [.. message];
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                AssertRefused(WireError.ChecksumMismatch, changed, (MessageKind)message[5]);
            }
        }
    }

    [Fact]
    public void LimitExceeded_is_the_reason_when_more_is_stated_than_is_accepted()
    {
        AssertRefused(WireError.LimitExceeded, Update, MessageKind.Update, new WireLimits { MaxValues = 19 });
        AssertRefused(WireError.LimitExceeded, CheckOutResponse, MessageKind.CheckOutResponse, new WireLimits { MaxValues = 9 });
        AssertRefused(WireError.LimitExceeded, Update, MessageKind.Update, new WireLimits { MaxMessageBytes = Update.Length - 1 });
        AssertRefused(WireError.LimitExceeded, CheckOutResponse, MessageKind.CheckOutResponse, new WireLimits { MaxMessageBytes = CheckOutResponse.Length - 1 });
        AssertRefused(WireError.LimitExceeded, CheckOutResponse, MessageKind.CheckOutResponse, new WireLimits { MaxRanges = 1 });
        AssertRefused(WireError.LimitExceeded, Patch(Update, 16, [0xFF, 0xFF, 0xFF, 0xFF]), MessageKind.Update);
        Assert.Equal(WireError.LimitExceeded, Assert.Throws<WireFormatException>(() => UpdateMessage.Read(Update, pool: new CountingPool(maxBufferSize: 19))).Reason);

        // Exactly the limits are accepted.
        var exact = new WireLimits { MaxValues = 20, MaxRanges = 2, MaxMessageBytes = Math.Max(Update.Length, CheckOutResponse.Length) };
        UpdateMessage.Read(Update, exact, new CountingPool(maxBufferSize: 20)).Dispose();
        Assert.True(CheckOutResponseMessage.Read(CheckOutResponse, new float[ModelLength], exact).IsAssigned);
    }

    [Fact]
    public void Inconsistent_is_the_reason_when_counts_contradict_each_other()
    {
        foreach (byte[] message in All)
        {
            var kind = (MessageKind)message[5];
            AssertRefused(WireError.Inconsistent, [.. message, 0], kind);
            AssertRefused(WireError.Inconsistent, Patch(message, 8, Int32(message.Length - 1)), kind);
            AssertRefused(WireError.Inconsistent, Patch(message, 12, Int32(HeaderLength(message) + 1)), kind);
            AssertRefused(WireError.Inconsistent, Patch(message, 12, Int32(-1)), kind);
            AssertRefused(WireError.Inconsistent, Patch(message, 16, Int32(BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(16)) + 1)), kind);

            // A field too few, a field too many, with all stated lengths right.
            AssertRefused(WireError.Inconsistent, Resize(message, HeaderLength(message) - 1, []), kind);
            AssertRefused(WireError.Inconsistent, Resize(message, HeaderLength(message), [0]), kind);
            AssertRefused(WireError.Inconsistent, Resize(message, 0, []), kind);
        }

        Assert.Equal(WireError.Inconsistent, Assert.Throws<WireFormatException>(() => CheckOutResponseMessage.Read(CheckOutResponse, new float[ModelLength + 1])).Reason);
        Assert.Equal(WireError.Inconsistent, Assert.Throws<WireFormatException>(() => CheckOutResponseMessage.Read(CheckOutResponse, [])).Reason);

        // Kinds that carry no values.
        AssertRefused(WireError.Inconsistent, WithValue(Device), MessageKind.CheckOutRequest);
        AssertRefused(WireError.Inconsistent, WithValue(Receipt), MessageKind.Receipt);
        AssertRefused(WireError.Inconsistent, WithValue(Refusal), MessageKind.CheckOutResponse);
        AssertRefused(WireError.Inconsistent, Seal(Patch(Receipt, 6, [1])), MessageKind.Receipt);

        // Importance travels as float32 only.
        AssertRefused(WireError.Inconsistent, Seal(Patch(Int8Update, 60, [(byte)UpdateContent.Importance])), MessageKind.Update);
    }

    [Theory]
    [InlineData("ranges that touch", new byte[] { 0, 2, 2, 3, 0, 7, 1 })]
    [InlineData("an empty range", new byte[] { 0, 2, 2, 10, 5, 0, 1 })]
    [InlineData("a range past the end", new byte[] { 0, 2, 2, 3, 30, 6, 1 })]
    [InlineData("ranges that wrap around", new byte[] { 0, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1, 1, 1 })]
    [InlineData("more ranges than there are bytes", new byte[] { 0, 3, 2, 3, 5, 7, 1 })]
    [InlineData("as many ranges as the limit and no bytes for them", new byte[] { 0, 0x80, 0x80, 0x04 })]
    [InlineData("fewer values than refreshed parameters", new byte[] { 0, 2, 2, 3, 5, 8, 1 })]
    [InlineData("more values than refreshed parameters", new byte[] { 0, 2, 2, 3, 5, 7, 0, 0 })]
    public void Inconsistent_is_the_reason_for(string selections, byte[] bytes) =>
        AssertRefused(WireError.Inconsistent, WithSelections(bytes), MessageKind.CheckOutResponse, because: selections);

    [Theory]
    [InlineData("a first selection that is the same as none", new byte[] { 1, 1 })]
    [InlineData("an undefined form", new byte[] { 2, 2, 2, 3, 5, 7, 1 })]
    [InlineData("an undefined second form", new byte[] { 0, 2, 2, 3, 5, 7, 2 })]
    [InlineData("a number in more bytes than it needs", new byte[] { 0, 2, 0x82, 0x00, 3, 5, 7, 1 })]
    [InlineData("a number of six bytes", new byte[] { 0, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00, 1 })]
    [InlineData("a number over 31 bits", new byte[] { 0, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x08, 3, 5, 7, 1 })]
    public void BadValue_is_the_reason_for(string selections, byte[] bytes) =>
        AssertRefused(WireError.BadValue, WithSelections(bytes), MessageKind.CheckOutResponse, because: selections);

    public static TheoryData<string, byte[], int, byte[]> BadFields => new()
    {
        { "value format", Update, 6, [3] },
        { "group size without groups", Update, 7, [128] },
        { "group size", Int8Update, 7, [64] },
        { "negative base version", Update, 36, Int64(-1) },
        { "negative selection version", Update, 52, Int32(-1) },
        { "no examples", Update, 56, Int32(0) },
        { "negative examples", Update, 56, Int32(int.MinValue) },
        { "update content", Update, 60, [4] },
        { "client id too long", Update, 61, [129] },
        { "empty client id", Update, 61, [0] },
        { "client id that is not UTF-8", Update, 62, [0xC3, 0x28] },
        { "surrogate in the client id", Update, 62, [0xED, 0xA0, 0x80] },
        { "blank client id", Update, 62, "        "u8.ToArray() },
        { "negative scale", Int8Update, 70, BitConverter.GetBytes(-1f) },
        { "infinite scale", Int8Update, 70 + 132, BitConverter.GetBytes(float.PositiveInfinity) },
        { "negative memory budget", Device, 28, Int64(-1) },
        { "negative held version", Device, 36, Int64(-2) },
        { "a flag that is not defined", Device, 52, [8] },
        { "a flag beside one that is", Device, 52, [0x81] },
        { "receipt that nobody filled in", Receipt, 20, [0] },
        { "update outcome", Receipt, 20, [22] },
        { "negative version", Receipt, 21, Int64(-1) },
        { "negative weight", Receipt, 29, BitConverter.GetBytes(-1d) },
        { "weight NaN", Receipt, 29, BitConverter.GetBytes(double.NaN) },
        { "infinite weight", Receipt, 29, BitConverter.GetBytes(double.PositiveInfinity) },
        { "negative wait", Receipt, 37, Int64(-2) },
        { "endless wait", Receipt, 37, Int64(long.MaxValue) },
        { "answer that nobody filled in", Refusal, 20, [0] },
        { "check-out outcome", Refusal, 20, [8] },
        { "wait over the limit", Refusal, 21, Int64(WireMessage.MaxDuration.Ticks + 1) },
        { "negative version", CheckOutResponse, 45, Int64(long.MinValue) },
        { "negative selection version", CheckOutResponse, 61, Int32(-1) },
        { "update content", CheckOutResponse, 65, [4] },
        { "negative lease", CheckOutResponse, 66, Int64(-1) },
        { "endless lease", CheckOutResponse, 66, Int64(long.MaxValue) },
        { "step scale of zero", CheckOutResponse, 74, BitConverter.GetBytes(0f) },
        { "negative step scale", CheckOutResponse, 74, BitConverter.GetBytes(-1f) },
        { "step scale NaN", CheckOutResponse, 74, BitConverter.GetBytes(float.NaN) },
        { "no parameters", CheckOutResponse, 78, Int32(0) },
        { "negative scale", Int8CheckOut, 98, BitConverter.GetBytes(-1f) },
        { "client id with a stray continuation byte", CheckOutResponse, 83, [0x80] },
    };

    [Theory]
    [MemberData(nameof(BadFields))]
    public void BadValue_is_the_reason_for_a_field(string field, byte[] message, int offset, byte[] bytes)
    {
        // An empty id shifts what follows, which must not be noticed first.
        byte[] changed = field == "empty client id" ? Resize(Patch(message, offset, bytes), 42, []) : Patch(message, offset, bytes);
        AssertRefused(WireError.BadValue, Seal(changed), (MessageKind)message[5], because: field);
    }

    [Fact]
    public void Every_error_states_what_to_do()
    {
        WireFormatException error = Assert.Throws<WireFormatException>(() => UpdateMessage.Read(Update, new WireLimits { MaxValues = 19 }));
        Assert.Equal("The message declares 20 values, more than the maximum of 19. If the message is valid, raise WireLimits.MaxValues.", error.Message);
    }

    private static void AssertRefused(WireError reason, byte[] message, MessageKind reader, WireLimits? limits = null, string? because = null)
    {
        float[] device = Values(ModelLength, seed: 9);
        var pool = new CountingPool();
        WireFormatException error = Assert.Throws<WireFormatException>(() =>
        {
            switch (reader)
            {
                case MessageKind.CheckOutRequest:
                    CheckOutRequestMessage.Read(message);
                    break;
                case MessageKind.CheckOutResponse:
                    CheckOutResponseMessage.Read(message, device, limits);
                    break;
                case MessageKind.CheckOutReference:
                    CheckOutReferenceMessage.Read(message, ModelLength, out _, limits);
                    break;
                case MessageKind.Update:
                    UpdateMessage.Read(message, limits, pool).Dispose();
                    break;
                default:
                    ReceiptMessage.Read(message);
                    break;
            }
        });
        Assert.True(reason == error.Reason, $"{because}: {error.Reason}: {error.Message}");
        Assert.Equal(0, pool.Rents);
        Assert.Equal(Values(ModelLength, seed: 9), device);
    }

    private static byte[] Patch(byte[] message, int offset, ReadOnlySpan<byte> bytes)
    {
        byte[] changed = [.. message];
        bytes.CopyTo(changed.AsSpan(offset));
        return changed;
    }

    private static int HeaderLength(byte[] message) => BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(12));

    /// <summary>Keeps so many bytes of the header and adds some, and makes all lengths and the checksum right again.</summary>
    private static byte[] Resize(byte[] message, int kept, byte[] added)
    {
        byte[] changed = [.. message[..(20 + kept)], .. added, .. message[(20 + HeaderLength(message))..]];
        return Seal(Patch(changed, 12, Int32(kept + added.Length)));
    }

    private static byte[] WithSelections(byte[] selections) => Resize(CheckOutResponse, 20 + 8 + 43, selections);

    private static byte[] WithValue(byte[] message) => Seal(Patch([.. message[..^4], 0, 0, 0, 0, 0, 0, 0, 0], 16, Int32(1)));

    private static byte[] Int32(int value) => BitConverter.GetBytes(value);

    private static byte[] Int64(long value) => BitConverter.GetBytes(value);
}
