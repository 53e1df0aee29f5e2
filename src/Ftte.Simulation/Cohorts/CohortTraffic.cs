using System.Buffers;
using System.Collections.Immutable;
using Ftte.Privacy.SecureAggregation;
using Ftte.Wire;

namespace Ftte.Simulation.Cohorts;

/// <summary>Measures the messages of the protocol by writing them.</summary>
internal static class CohortTraffic
{
    private const int KeyLength = 64, SecretLength = 32;

    /// <summary>Gets the length of a receipt.</summary>
    public static long Receipt => ReceiptMessage.Length;

    public static long Announcement(in UpdateHeader header)
    {
        var announcement = new ReadyAnnouncement(header, new byte[KeyLength], new byte[KeyLength]);
        return Measure(output => CohortMessages.Write(output, announcement));
    }

    public static long Invitation(int members, SharedQuantization quantization)
    {
        var member = new CohortMember(CohortDescription.FullWeight, new byte[KeyLength], new byte[KeyLength]);
        var cohort = new CohortDescription(Guid.Empty, 1, 0, default, quantization, [.. Enumerable.Repeat(member, members)]);
        return Measure(output => CohortMessages.Write(output, new CohortInvitation(cohort)));
    }

    public static long Shares(int members) => Measure(output => CohortMessages.Write(output, new EncryptedShares(new byte[SecretLength], Parts(members, EncryptedShares.CiphertextLength))));

    public static long SharesForMember(int senders) =>
        Measure(output => CohortMessages.Write(output, new SharesForMember([.. Enumerable.Range(0, senders)], Parts(senders, EncryptedShares.CiphertextLength))));

    public static long Members(int count) => Measure(output => CohortMessages.Write(output, [.. Enumerable.Range(0, count)]));

    public static long Unmasking(int senders) => Measure(output => CohortMessages.Write(output, new UnmaskingShares(Parts(senders, SecretLength))));

    private static ImmutableArray<ReadOnlyMemory<byte>> Parts(int count, int length) => [.. Enumerable.Repeat(new ReadOnlyMemory<byte>(new byte[length]), count)];

    private static long Measure(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenCount;
    }
}
