using System.Collections.Immutable;
using Ftte.Privacy.Cryptography;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Checks what the server sends to a device.</summary>
internal static class CohortRules
{
    /// <summary>Checks a cohort and finds the device in it.</summary>
    /// <param name="cohort">The cohort.</param>
    /// <param name="own">The announcement of the device.</param>
    /// <param name="minContributors">The minimum number of updates in the sum.</param>
    /// <param name="maxMembers">The maximum number of members, for which the device has memory.</param>
    /// <returns>The index of the device.</returns>
    /// <exception cref="SecureAggregationException">The cohort is refused.</exception>
    public static int FindMember(CohortDescription cohort, ReadyAnnouncement own, int minContributors, int maxMembers)
    {
        int count = cohort.Members.Length;
        if (count > maxMembers || count < minContributors)
        {
            throw Refuse(CohortRefusal.CohortSize, $"The cohort has {count} members, but this device allows {minContributors} to {maxMembers}");
        }

        if (cohort.Threshold < minContributors)
        {
            throw Refuse(CohortRefusal.CohortSize, $"The sum may contain only {cohort.Threshold} updates, but this device requires {minContributors}");
        }

        // Otherwise two groups of members could reveal different secrets of one member.
        if (cohort.Threshold > count || 2 * cohort.Threshold <= count)
        {
            throw Refuse(CohortRefusal.Threshold, $"The threshold is {cohort.Threshold} of {count} members, but must be more than half of them");
        }

        if (cohort.LayoutFingerprint != own.Header.LayoutFingerprint || cohort.SelectionVersion != own.Header.SelectionVersion)
        {
            throw Refuse(CohortRefusal.Mismatch, $"The cohort is for layout {cohort.LayoutFingerprint:x16} and selection {cohort.SelectionVersion}, but the update is for {own.Header.LayoutFingerprint:x16} and {own.Header.SelectionVersion}");
        }

        return FindKeys(cohort, own);
    }

    /// <summary>Checks a list of members.</summary>
    /// <param name="members">The list.</param>
    /// <param name="allowed">The members that may be in the list, ascending.</param>
    /// <param name="threshold">The minimum number of members.</param>
    /// <param name="own">The index of the device, which must be in the list.</param>
    /// <exception cref="SecureAggregationException">The list is refused.</exception>
    public static void CheckMembers(ImmutableArray<int> members, ImmutableArray<int> allowed, int threshold, int own)
    {
        int previous = -1;
        foreach (int member in members)
        {
            if (member <= previous || allowed.BinarySearch(member) < 0)
            {
                throw Refuse(CohortRefusal.MemberList, $"Member {member} is not of this step, or not in ascending order");
            }

            previous = member;
        }

        if (members.Length < threshold || members.BinarySearch(own) < 0)
        {
            throw Refuse(CohortRefusal.MemberList, $"The list has {members.Length} members, but must have {threshold} and contain this device");
        }
    }

    private static int FindKeys(CohortDescription cohort, ReadyAnnouncement own)
    {
        int index = -1;
        var known = new HashSet<(ulong, ulong, ulong, ulong)>();
        for (int i = 0; i < cohort.Members.Length; i++)
        {
            CohortMember member = cohort.Members[i];
            if (member.Weight is < 1 or > CohortDescription.FullWeight)
            {
                throw Refuse(CohortRefusal.Weight, $"The weight of member {i} is {member.Weight}, but must be 1 to {CohortDescription.FullWeight}");
            }

            foreach (ReadOnlyMemory<byte> key in (ReadOnlySpan<ReadOnlyMemory<byte>>)[member.ShareKey, member.MaskKey])
            {
                if (key.Length != KeyPair.PublicKeyLength)
                {
                    throw Refuse(CohortRefusal.InvalidKey, $"A key of member {i} has {key.Length} bytes, but must have {KeyPair.PublicKeyLength}");
                }

                // A point and its negation have the same x, and the same shared secrets.
                if (!known.Add(System.Runtime.InteropServices.MemoryMarshal.Read<(ulong, ulong, ulong, ulong)>(key.Span[..KeyPair.CoordinateLength])))
                {
                    throw Refuse(CohortRefusal.RepeatedKey, $"A key of member {i} occurs twice");
                }
            }

            if (member.ShareKey.Span.SequenceEqual(own.ShareKey.Span) && member.MaskKey.Span.SequenceEqual(own.MaskKey.Span))
            {
                index = i;
            }
        }

        return index >= 0 ? index : throw Refuse(CohortRefusal.OwnKeyMissing, "The cohort does not contain the keys of this device");
    }

    private static SecureAggregationException Refuse(CohortRefusal refusal, string reason) => new(refusal, $"{reason}. Nothing was sent; announce the update again with fresh keys.");
}
