using System.Collections.Immutable;
using System.Numerics;
using Ftte.Privacy.Cryptography;
using Ftte.Privacy.SecureAggregation;

namespace Ftte.Privacy.Tests.SecureAggregation;

/// <summary>The server deviates from the protocol. The device refuses before it reveals anything.</summary>
public sealed class HostileServerTests : IDisposable
{
    private readonly CohortBench _bench = new([256, 200, 100, 256, 9], threshold: 3);

    private CohortDescription Cohort => _bench.Description;

    private CohortParticipant Victim => _bench.Devices[1];

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_cohort_without_the_keys_of_the_device_is_refused()
    {
        AssertRefused(CohortRefusal.OwnKeyMissing, With(Cohort.Members.RemoveAt(1)));
        AssertRefused(CohortRefusal.OwnKeyMissing, With(Cohort.Members.SetItem(1, Cohort.Members[1] with { MaskKey = NewKey(9) })));
        AssertRefused(CohortRefusal.OwnKeyMissing, With(Cohort.Members.SetItem(1, Cohort.Members[1] with { ShareKey = NewKey(9) })));
    }

    [Fact]
    public void A_cohort_in_which_the_keys_of_the_device_are_swapped_with_those_of_another_one_is_refused()
    {
        CohortMember own = Cohort.Members[1], other = Cohort.Members[2];

        AssertRefused(CohortRefusal.OwnKeyMissing, With(Cohort.Members.SetItem(1, own with { MaskKey = other.MaskKey }).SetItem(2, other with { MaskKey = own.MaskKey })));
        AssertRefused(CohortRefusal.OwnKeyMissing, With(Cohort.Members.SetItem(1, own with { MaskKey = own.ShareKey, ShareKey = own.MaskKey })));
    }

    [Fact]
    public void A_cohort_with_a_repeated_key_is_refused()
    {
        CohortMember copied = Cohort.Members[0];

        AssertRefused(CohortRefusal.RepeatedKey, With(Cohort.Members.SetItem(4, copied)));
        AssertRefused(CohortRefusal.RepeatedKey, With(Cohort.Members.SetItem(4, Cohort.Members[4] with { MaskKey = copied.MaskKey })));
        AssertRefused(CohortRefusal.RepeatedKey, With(Cohort.Members.SetItem(4, Cohort.Members[4] with { MaskKey = copied.ShareKey })));
        AssertRefused(CohortRefusal.RepeatedKey, With(Cohort.Members.Add(Cohort.Members[1]), threshold: 4));
    }

    /// <summary>A point and its negation have the same secrets with everyone.</summary>
    [Fact]
    public void A_cohort_with_a_negated_copy_of_a_key_is_refused()
    {
        byte[] key = Cohort.Members[0].MaskKey.ToArray();
        BigInteger prime = (BigInteger.One << 256) - (BigInteger.One << 224) + (BigInteger.One << 192) + (BigInteger.One << 96) - 1;
        byte[] negated = (prime - new BigInteger(key.AsSpan(32), isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        negated = [.. key[..32], .. new byte[32 - negated.Length], .. negated];
        using var probe = new TestSecretGenerator(1).CreateKeyPair();
        Assert.Equal(probe.Agree(key), probe.Agree(negated));

        AssertRefused(CohortRefusal.RepeatedKey, With(Cohort.Members.SetItem(4, Cohort.Members[4] with { MaskKey = negated })));
    }

    [Fact]
    public void A_cohort_that_is_too_small_is_refused()
    {
        using var careful = new CohortParticipant(_bench.HeaderOf(1), 5, minContributors: 4, new TestSecretGenerator(1001));

        Assert.Equal(CohortRefusal.CohortSize, Assert.Throws<SecureAggregationException>(() => careful.Join(Cohort)).Refusal);
        Assert.Equal(CohortRefusal.CohortSize, Assert.Throws<SecureAggregationException>(() => careful.Join(With(Cohort.Members[..3]))).Refusal);
        AssertRefused(CohortRefusal.CohortSize, With(Cohort.Members[..1]));
        AssertRefused(CohortRefusal.CohortSize, With([.. Enumerable.Repeat(Cohort.Members[0], 256)]));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public void A_threshold_of_at_most_half_of_the_members_or_more_than_all_is_refused(int threshold) =>
        AssertRefused(CohortRefusal.Threshold, With(Cohort.Members, threshold));

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    [InlineData(-1)]
    public void A_weight_out_of_range_is_refused(int weight) =>
        AssertRefused(CohortRefusal.Weight, With(Cohort.Members.SetItem(3, Cohort.Members[3] with { Weight = weight })));

    [Fact]
    public void A_key_that_is_no_point_of_the_curve_is_refused()
    {
        byte[] invalid = Cohort.Members[3].ShareKey.ToArray();
        invalid[63] ^= 1;

        AssertRefused(CohortRefusal.InvalidKey, With(Cohort.Members.SetItem(3, Cohort.Members[3] with { ShareKey = invalid })));
        AssertRefused(CohortRefusal.InvalidKey, With(Cohort.Members.SetItem(3, Cohort.Members[3] with { ShareKey = new byte[63] })));
    }

    [Fact]
    public void A_cohort_of_another_selection_or_layout_is_refused()
    {
        AssertRefused(CohortRefusal.Mismatch, new CohortDescription(Cohort.Id, 3, 78, new SelectionVersion(3), Cohort.Quantization, Cohort.Members));
        AssertRefused(CohortRefusal.Mismatch, new CohortDescription(Cohort.Id, 3, CohortBench.Layout, new SelectionVersion(4), Cohort.Quantization, Cohort.Members));
    }

    [Fact]
    public void Keys_are_used_for_one_cohort()
    {
        EncryptedShares shares = Victim.Join(Cohort);

        Assert.Same(shares, Victim.Join(With(Cohort.Members)));
        AssertRefused(CohortRefusal.AlreadyAnswered, With(Cohort.Members, threshold: 4));
    }

    /// <summary>The victim sees other keys of third members than these themselves: every key between them differs, because it depends on the whole description.</summary>
    [Theory]
    [InlineData("swapped")]
    [InlineData("replaced")]
    [InlineData("other weights")]
    public void A_server_that_describes_the_cohort_differently_to_one_device_gets_nothing_from_it(string change)
    {
        CohortMember a = Cohort.Members[3], b = Cohort.Members[4];
        CohortDescription lie = With(change switch
        {
            "swapped" => Cohort.Members.SetItem(3, a with { MaskKey = b.MaskKey }).SetItem(4, b with { MaskKey = a.MaskKey }),
            "replaced" => Cohort.Members.SetItem(3, a with { MaskKey = NewKey(9) }),
            _ => Cohort.Members.SetItem(3, a with { Weight = 17 }),
        });
        EncryptedShares[] shares = [.. _bench.Devices.Select((device, i) => device.Join(i == 1 ? lie : Cohort))];

        AssertRefused(CohortRefusal.InvalidShares, () => Victim.Mask(To(1, shares), _bench.Values[1]));
        AssertRefused(CohortRefusal.InvalidShares, () => _bench.Devices[0].Mask(To(0, shares), _bench.Values[0]));
        AssertRefused(CohortRefusal.WrongStep, () => Victim.Unmask([0, 1, 2, 3, 4]));
    }

    [Fact]
    public void Shares_that_were_changed_or_exchanged_are_refused()
    {
        EncryptedShares[] shares = [.. _bench.Devices.Select(device => device.Join(Cohort))];
        SharesForMember right = To(1, shares);
        byte[] changed = right.Ciphertexts[2].ToArray();
        changed[5] ^= 1;

        AssertRefused(CohortRefusal.InvalidShares, () => Mask(right with { Ciphertexts = right.Ciphertexts.SetItem(2, changed) }));
        AssertRefused(CohortRefusal.InvalidShares, () => Mask(right with { Ciphertexts = right.Ciphertexts.SetItem(2, right.Ciphertexts[3]) }));
        AssertRefused(CohortRefusal.InvalidShares, () => Mask(right with { Ciphertexts = right.Ciphertexts.SetItem(2, shares[1].Ciphertexts[2]) }));
        AssertRefused(CohortRefusal.InvalidShares, () => Mask(right with { Ciphertexts = right.Ciphertexts.SetItem(2, changed.AsMemory(0, 10)) }));
        AssertRefused(CohortRefusal.InvalidShares, () => Mask(right with { Ciphertexts = right.Ciphertexts[..4] }));
    }

    [Fact]
    public void A_list_of_members_that_is_too_short_or_inconsistent_is_refused()
    {
        EncryptedShares[] shares = [.. _bench.Devices.Select(device => device.Join(Cohort))];
        foreach (int[] senders in (int[][])[[1, 2], [0, 2, 3], [1, 1, 2, 3], [3, 2, 1], [1, 2, 7], [-1, 1, 2], []])
        {
            AssertRefused(CohortRefusal.MemberList, () => Mask(new SharesForMember([.. senders], [.. senders.Select(i => shares[Math.Clamp(i, 0, 4)].Ciphertexts[1])])));
        }

        Mask(To(1, shares, 0, 1, 2, 3));
        AssertRefused(CohortRefusal.AlreadyAnswered, () => Mask(To(1, shares)));

        // Member 4 did not share its secrets.
        AssertRefused(CohortRefusal.MemberList, () => Victim.Unmask([0, 1, 4]));
        AssertRefused(CohortRefusal.MemberList, () => Victim.Unmask([0, 1]));
        AssertRefused(CohortRefusal.MemberList, () => Victim.Unmask([0, 2, 3]));
        AssertRefused(CohortRefusal.MemberList, () => Victim.Unmask([0, 1, 1, 2]));
    }

    /// <summary>Both answers together would contain shares of both secrets of the same member.</summary>
    [Fact]
    public void A_device_reveals_shares_for_one_list_of_members_only()
    {
        EncryptedShares[] shares = [.. _bench.Devices.Select(device => device.Join(Cohort))];
        AssertRefused(CohortRefusal.WrongStep, () => Victim.Unmask([0, 1, 2]));
        Mask(To(1, shares));

        UnmaskingShares first = Victim.Unmask([0, 1, 2, 3]);

        Assert.Equal(first.Shares.Select(share => share.ToArray()), Victim.Unmask([0, 1, 2, 3]).Shares.Select(share => share.ToArray()));
        AssertRefused(CohortRefusal.AlreadyAnswered, () => Victim.Unmask([0, 1, 2]));
    }

    /// <summary>
    /// Different devices get different lists, so that the server receives shares of both secrets of member 0. Every device answers once, and the threshold is more than half of the
    /// members, so that one of the two secrets stays below the threshold, whatever the lists are.
    /// </summary>
    [Fact]
    public void No_choice_of_lists_reveals_both_secrets_of_a_member()
    {
        int[][] lists = [[0, 1, 2, 3, 4], [1, 2, 3, 4]];
        int threshold = Cohort.Threshold;

        for (int choice = 0; choice < 1 << Cohort.Members.Length; choice++)
        {
            // Member 0 itself refuses a list without itself.
            int[] chosen = [.. Enumerable.Range(0, 5).Select(i => i == 0 ? 0 : (choice >> i) & 1)];
            using var bench = new CohortBench([256, 200, 100, 256, 9], threshold);
            EncryptedShares[] shares = [.. bench.Devices.Select(device => device.Join(bench.Description))];
            int ofSeed = 0, ofKey = 0;
            foreach (CohortParticipant device in bench.Devices)
            {
                int index = Array.IndexOf(bench.Devices, device);
                device.Mask(new SharesForMember([0, 1, 2, 3, 4], [.. shares.Select(s => s.Ciphertexts[index])]), bench.Values[index]);
                device.Unmask([.. lists[chosen[index]]]);
                _ = chosen[index] == 0 ? ofSeed++ : ofKey++;
            }

            Assert.False(ofSeed >= threshold && ofKey >= threshold);
        }
    }

    /// <summary>What the protocol does not withstand, so that nobody relies on it: keys are not signed. docs/privacy.md states it.</summary>
    [Fact]
    public void A_server_that_plays_all_other_members_is_not_noticed()
    {
        CohortParticipant[] puppets = [.. Enumerable.Range(0, 5).Select(i => new CohortParticipant(_bench.HeaderOf(i), 5, 2, new TestSecretGenerator(500 + (ulong)i)))];
        CohortDescription staged = With([.. Enumerable.Range(0, 5).Select(i => i == 1 ? Cohort.Members[1] : new CohortMember(256, puppets[i].Announcement.ShareKey, puppets[i].Announcement.MaskKey))]);
        EncryptedShares[] shares = [.. puppets.Select((puppet, i) => (i == 1 ? Victim : puppet).Join(staged))];

        MaskedUpdate masked = Mask(To(1, shares));

        Assert.Equal(5, masked.Count);
        Array.ForEach(puppets, puppet => puppet.Dispose());
    }

    private static byte[] NewKey(ulong seed)
    {
        using KeyPair pair = new TestSecretGenerator(seed).CreateKeyPair();
        return pair.PublicKey;
    }

    private static void AssertRefused(CohortRefusal expected, Action action)
    {
        SecureAggregationException refused = Assert.Throws<SecureAggregationException>(action);
        Assert.Equal(expected, refused.Refusal);
        Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
    }

    private void AssertRefused(CohortRefusal expected, CohortDescription cohort) => AssertRefused(expected, () => Victim.Join(cohort));

    private CohortDescription With(ImmutableArray<CohortMember> members, int threshold = 3) =>
        new(Cohort.Id, threshold, CohortBench.Layout, new SelectionVersion(3), Cohort.Quantization, members);

    private MaskedUpdate Mask(SharesForMember shares) => Victim.Mask(shares, _bench.Values[1]);

    private static SharesForMember To(int receiver, EncryptedShares[] shares, params int[] senders) =>
        senders.Length == 0 ? To(receiver, shares, [.. Enumerable.Range(0, shares.Length)]) : new([.. senders], [.. senders.Select(i => shares[i].Ciphertexts[receiver])]);
}
