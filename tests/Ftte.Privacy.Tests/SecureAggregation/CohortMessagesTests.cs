using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Ftte.Privacy.SecureAggregation;
using Ftte.Wire;

namespace Ftte.Privacy.Tests.SecureAggregation;

public class CohortMessagesTests
{
    /// <summary>The bytes of a description are hashed into every key: devices with different versions of this library must agree on them.</summary>
    [Fact]
    public void A_description_has_these_bytes()
    {
        var members = ImmutableArray.Create(new CohortMember(256, new byte[64], Enumerable.Repeat((byte)1, 64).ToArray()));
        var cohort = new CohortDescription(new Guid("00112233-4455-6677-8899-aabbccddeeff"), 2, 0x0102030405060708, new SelectionVersion(5), new SharedQuantization(32767 / 4.0), members);

        byte[] bytes = Write(output => CohortMessages.Write(output, cohort));

        Assert.Equal(
            "0201" + "00112233445566778899AABBCCDDEEFF" + "02" + "0807060504030201" + "05000000" + "0000803E" + "10" + "01000000" + "00010000" + new string('0', 128) + string.Concat(Enumerable.Repeat("01", 64)),
            Convert.ToHexString(bytes));
        Assert.Equal(SHA256.HashData(bytes), cohort.Digest);
    }

    [Fact]
    public void Every_message_is_read_as_it_was_written()
    {
        using var bench = new CohortBench([256, 3, 9], threshold: 2);
        bench.Run([3, 3, 3]);
        ReadyAnnouncement announcement = bench.Devices[2].Announcement;

        ReadyAnnouncement read = CohortMessages.ReadAnnouncement(Write(output => CohortMessages.Write(output, announcement)));

        Assert.Equal(announcement.Header, read.Header);
        Assert.Equal(announcement.ShareKey.ToArray(), read.ShareKey.ToArray());
        Assert.Equal(announcement.MaskKey.ToArray(), read.MaskKey.ToArray());
        Assert.Equal(bench.Description.Digest, CohortMessages.ReadDescription(Write(output => CohortMessages.Write(output, bench.Description))).Digest);
        byte[] shares = Write(output => CohortMessages.Write(output, bench.SharesReceived[1]));
        Assert.Equal(shares, Write(output => CohortMessages.Write(output, CohortMessages.ReadShares(shares))));
        var relayed = new SharesForMember([0, 2], [.. bench.SharesReceived[1].Ciphertexts[..2]]);
        byte[] forMember = Write(output => CohortMessages.Write(output, relayed));
        Assert.Equal(forMember, Write(output => CohortMessages.Write(output, CohortMessages.ReadSharesForMember(forMember))));
        Assert.True(CohortMessages.ReadMembers(Write(output => CohortMessages.Write(output, [0, 7, 254]))).SequenceEqual([0, 7, 254]));
        byte[] invitation = Write(output => CohortMessages.Write(output, new CohortInvitation(bench.Description)));
        Assert.Equal(bench.Description.Digest, CohortMessages.ReadInvitation(invitation).Cohort!.Digest);
        var receipt = new UpdateReceipt(UpdateOutcome.Duplicate, new ModelVersion(7));
        Assert.Equal(receipt, CohortMessages.ReadInvitation(Write(output => CohortMessages.Write(output, new CohortInvitation(null, receipt)))).Receipt);
        Assert.Equal(new CohortInvitation(null), CohortMessages.ReadInvitation(Write(output => CohortMessages.Write(output, new CohortInvitation(null)))));
        byte[] unmasking = Write(output => CohortMessages.Write(output, bench.UnmaskingReceived[0]));
        Assert.Equal(unmasking, Write(output => CohortMessages.Write(output, CohortMessages.ReadUnmasking(unmasking))));
    }

    /// <summary>Every prefix and every changed byte is read without another kind of exception, and without more memory than the message has.</summary>
    [Fact]
    public void Damaged_messages_have_one_error()
    {
        using var bench = new CohortBench([256, 3, 9], threshold: 2);
        bench.Run([3, 3, 3]);
        (byte[] Bytes, Action<byte[]> Read)[] messages =
        [
            (Write(output => CohortMessages.Write(output, bench.Devices[0].Announcement)), bytes => CohortMessages.ReadAnnouncement(bytes)),
            (Write(output => CohortMessages.Write(output, bench.Description)), bytes => CohortMessages.ReadDescription(bytes)),
            (Write(output => CohortMessages.Write(output, new CohortInvitation(bench.Description))), bytes => CohortMessages.ReadInvitation(bytes)),
            (Write(output => CohortMessages.Write(output, new CohortInvitation(null, new UpdateReceipt(UpdateOutcome.Busy, default)))), bytes => CohortMessages.ReadInvitation(bytes)),
            (Write(output => CohortMessages.Write(output, bench.SharesReceived[0])), bytes => CohortMessages.ReadShares(bytes)),
            (Write(output => CohortMessages.Write(output, new SharesForMember([1], [bench.SharesReceived[1].Ciphertexts[0]]))), bytes => CohortMessages.ReadSharesForMember(bytes)),
            (Write(output => CohortMessages.Write(output, [0, 1])), bytes => CohortMessages.ReadMembers(bytes)),
            (Write(output => CohortMessages.Write(output, bench.UnmaskingReceived[0])), bytes => CohortMessages.ReadUnmasking(bytes)),
        ];
        foreach ((byte[] bytes, Action<byte[]> read) in messages)
        {
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<WireFormatException>(() => read(bytes[..length]));
            }

            Assert.Throws<WireFormatException>(() => read([.. bytes, 0]));
            for (int at = 0; at < bytes.Length; at++)
            {
                foreach (byte value in (byte[])[0, 1, 0x7F, 0xFF])
                {
                    byte[] changed = [.. bytes];
                    changed[at] = value;
                    Exception? error = Record.Exception(() => read(changed));
                    Assert.True(error is null or WireFormatException, $"{error}");
                }
            }
        }
    }

    [Fact]
    public void A_count_that_promises_more_than_the_message_has_allocates_nothing()
    {
        byte[] message = [6, 1, 0xFF, 0, 0, 0], huge = [6, 1, 0xFF, 0xFF, 0xFF, 0x7F];
        Assert.Throws<WireFormatException>(() => CohortMessages.ReadUnmasking(message));

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<WireFormatException>(() => CohortMessages.ReadUnmasking(message));
        Assert.Throws<WireFormatException>(() => CohortMessages.ReadUnmasking(huge));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
    }

    private static byte[] Write(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
