using System.Runtime.InteropServices;
using Ftte.Privacy.Cryptography;
using Ftte.Privacy.SecureAggregation;

namespace Ftte.Privacy.Tests.SecureAggregation;

/// <summary>
/// Everything that the server receives says no more than the sum. The argument has three parts, each of which is a test: which secrets the server can compute from all messages; that for every
/// other set of updates with the same sum there are values of the masks that it cannot compute with which it receives the same bytes; and that masks look uniform.
/// </summary>
/// <remarks>
/// Together: if the keystreams of unknown keys are replaced by uniform values, from which no efficient observer can tell them apart if ECDH, HKDF, AES and GCM are secure, the transcript has
/// the same distribution for all sets of updates with the same sum.
/// </remarks>
public class TranscriptTests
{
    private static readonly int[] Answers = [3, 2, 3, 3, 1, 3, 0];

    private static readonly int[] Remaining = [0, 1, 2, 3, 5];

    /// <summary>Tries everything that the protocol allows with the shares that the server received.</summary>
    [Fact]
    public void The_server_can_restore_the_own_masks_of_members_in_the_sum_and_the_keys_of_members_that_left_and_no_others()
    {
        using CohortBench bench = Run(1);

        foreach (int member in bench.Server.Senders)
        {
            int position = bench.Server.Senders.IndexOf(member);
            byte[] secret = SecretSharing.Combine([.. bench.UnmaskingReceived.Take(4).Select(answer => (answer.Key, answer.Value.Shares[position]))]);
            bool isSeed = KeyDerivation.ComputeCommitment(secret, bench.Description.Digest, member).AsSpan().SequenceEqual(bench.SharesReceived[member].Commitment.Span);
            using KeyPair? key = KeyPair.TryImport(secret, bench.Description.Members[member].MaskKey.Span);

            Assert.Equal(Remaining.Contains(member), isSeed);
            Assert.Equal(!Remaining.Contains(member), key is not null);
        }
    }

    [Fact]
    public void No_plain_share_of_the_key_of_a_member_in_the_sum_is_among_the_bytes_that_the_server_received()
    {
        using CohortBench bench = Run(1);
        HashSet<string> received = [.. bench.UnmaskingReceived.Values.SelectMany(answer => answer.Shares).Select(share => Convert.ToHexString(share.Span))];

        // The same generator creates the same shares again: two key pairs, the seed, and the coefficients.
        foreach (int member in bench.Server.Senders)
        {
            byte[][] seedShares = SharesOf(member, out byte[][] keyShares);

            Assert.Equal(Remaining.Contains(member), seedShares.Any(share => received.Contains(Convert.ToHexString(share))));
            Assert.Equal(!Remaining.Contains(member), keyShares.Any(share => received.Contains(Convert.ToHexString(share))));
        }

        byte[][] SharesOf(int member, out byte[][] keyShares)
        {
            using var generator = new TestSecretGenerator(1000 + (ulong)member);
            using KeyPair shareKey = generator.CreateKeyPair(), maskKey = generator.CreateKeyPair();
            byte[] seed = new byte[32];
            generator.Fill(seed);
            byte[][] seedShares = SecretSharing.Split(seed, 7, 4, generator);
            keyShares = SecretSharing.Split(maskKey.ExportPrivateKey(), 7, 4, generator);
            return seedShares;
        }
    }

    /// <summary>
    /// Other updates with the same sum, as different as they can be: one member has everything. Masks between pairs of remaining members, which the server cannot compute, are shifted along a
    /// chain; all masks that it can compute stay. Every byte that it receives is the same.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void For_every_other_set_of_updates_with_the_same_sum_there_are_masks_with_the_same_transcript(ulong seed)
    {
        using CohortBench bench = Run(seed);
        int length = bench.Values[0].Length;
        var masks = new Dictionary<(int, int), uint[]>();
        foreach (int a in bench.Server.Senders)
        {
            foreach (int b in bench.Server.Senders.Where(b => b >= a))
            {
                masks[(a, b)] = Keystream(bench, seed, a, b, length);
            }
        }

        uint[][] inputs = [.. Enumerable.Range(0, 7).Select(i => bench.Weighted(i).Select(value => (uint)value).ToArray())];
        Assert.All(Remaining, i => Assert.Equal(bench.MaskedReceived[i], Transcript(inputs, i)));
        uint[][] others = [.. inputs.Select(_ => new uint[length])];
        for (int i = 0; i < length; i++)
        {
            others[5][i] = (uint)bench.Sum!.Values.Span[i];
        }

        uint[] known = [.. masks.Where(mask => IsKnown(mask.Key)).SelectMany(mask => mask.Value)];
        for (int position = 0; position + 1 < Remaining.Length; position++)
        {
            // The difference of this member moves on to the next one of the chain.
            int a = Remaining[position], b = Remaining[position + 1];
            for (int i = 0; i < length; i++)
            {
                masks[(a, b)][i] += bench.MaskedReceived[a][i] - Transcript(others, a)[i];
            }
        }

        Assert.NotEqual(inputs[5], others[5]);
        Assert.All(Remaining, i => Assert.Equal(bench.MaskedReceived[i], Transcript(others, i)));
        Assert.Equal(known, masks.Where(mask => IsKnown(mask.Key)).SelectMany(mask => mask.Value));

        // Own masks, and the masks of members that left.
        static bool IsKnown((int A, int B) pair) => pair.A == pair.B || !Remaining.Contains(pair.A) || !Remaining.Contains(pair.B);

        uint[] Transcript(uint[][] weighted, int member)
        {
            uint[] sum = [.. weighted[member]];
            foreach (((int a, int b), uint[] mask) in masks)
            {
                for (int i = 0; i < length; i++)
                {
                    sum[i] += a == member ? mask[i] : b == member ? 0 - mask[i] : 0;
                }
            }

            return sum;
        }
    }

    /// <summary>Announcements, shares and unmasking do not depend on the values at all.</summary>
    [Fact]
    public void All_other_messages_have_the_same_bytes_for_other_updates()
    {
        using CohortBench bench = Run(1), other = Run(1, negate: true);

        Assert.NotEqual(bench.MaskedReceived[0], other.MaskedReceived[0]);
        Assert.Equal(bench.Description.Digest, other.Description.Digest);
        Assert.Equal(bench.SharesReceived.SelectMany(s => s.Value.Ciphertexts).SelectMany(c => c.ToArray()), other.SharesReceived.SelectMany(s => s.Value.Ciphertexts).SelectMany(c => c.ToArray()));
        Assert.Equal(bench.UnmaskingReceived.SelectMany(s => s.Value.Shares).SelectMany(c => c.ToArray()), other.UnmaskingReceived.SelectMany(s => s.Value.Shares).SelectMany(c => c.ToArray()));
    }

    /// <summary>Chi-square over the bytes of masked updates of zeros: 255 degrees of freedom, whose 0.999 quantile is 330.5 and whose 0.001 quantile is 190.9.</summary>
    [Fact]
    public void Masked_updates_are_uniform()
    {
        using var bench = new CohortBench([256, 256, 256], 2, length: 100_000, seed: 4);
        Array.ForEach(bench.Values, Array.Clear);
        Assert.Equal(CohortStep.Completed, bench.Run([3, 3, 3]));

        foreach (uint[] masked in bench.MaskedReceived.Values)
        {
            var counts = new int[256];
            foreach (byte value in MemoryMarshal.AsBytes(masked.AsSpan()))
            {
                counts[value]++;
            }

            double expected = 4 * 100_000 / 256.0;
            Assert.InRange(counts.Sum(count => (count - expected) * (count - expected) / expected), 190.9, 330.5);
        }
    }

    private static CohortBench Run(ulong seed, bool negate = false)
    {
        var bench = new CohortBench([256, 100, 3, 256, 77, 128, 50], threshold: 4, length: 6, seed: seed);
        if (negate)
        {
            Array.ForEach(bench.Values, values => Array.ForEach(Enumerable.Range(0, 6).ToArray(), i => values[i] = -values[i]));
        }

        Assert.Equal(CohortStep.Completed, bench.Run(Answers));
        Assert.Equal(Remaining, bench.Sum!.Contributors);
        return bench;
    }

    /// <summary>Computes a mask from the secrets of a member, as an observer of both devices could.</summary>
    private static uint[] Keystream(CohortBench bench, ulong seed, int a, int b, int length)
    {
        using var generator = new TestSecretGenerator((seed * 1000) + (ulong)a);
        using KeyPair shareKey = generator.CreateKeyPair(), maskKey = generator.CreateKeyPair();
        byte[] own = new byte[32];
        generator.Fill(own);
        byte[] digest = bench.Description.Digest;
        using var stream = new CounterModeGenerator(a == b
            ? KeyDerivation.DeriveOwnMaskKey(own, digest, a)
            : KeyDerivation.DerivePairMaskKey(maskKey.Agree(bench.Description.Members[b].MaskKey.Span), digest, a, b));
        var mask = new uint[length];
        stream.Fill(MemoryMarshal.AsBytes(mask.AsSpan()));
        return mask;
    }
}
