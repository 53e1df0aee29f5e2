using CsCheck;
using Ftte.Privacy.SecureAggregation;

namespace Ftte.Privacy.Tests.SecureAggregation;

public class SecureSumTests
{
    /// <summary>Each of six devices leaves before any of the three steps, or never: 4^6 patterns.</summary>
    [Fact]
    public void The_secure_sum_has_the_bits_of_the_plain_sum_for_every_pattern_of_dropouts_of_six()
    {
        const int Count = 6, Threshold = 4;
        int[] completed = new int[2];
        Parallel.For(0, 1 << (2 * Count), pattern =>
        {
            int[] answers = [.. Enumerable.Range(0, Count).Select(i => (pattern >> (2 * i)) & 3)];
            using var bench = new CohortBench([256, 181, 148, 1, 128, 77], Threshold, length: 3, seed: (ulong)pattern);

            CohortStep step = bench.Run(answers);

            int[] remaining = [.. Enumerable.Range(0, Count).Where(i => answers[i] >= 2)];
            bool isEnough = answers.Count(answer => answer == 3) >= Threshold;
            Assert.Equal(isEnough ? CohortStep.Completed : CohortStep.Failed, step);
            if (isEnough)
            {
                Assert.Equal(remaining, bench.Sum!.Contributors);
                Assert.Equal(bench.PlainSum(remaining), bench.Sum.Values.ToArray());
                Assert.Equal(remaining.Sum(i => bench.Description.Members[i].Weight), bench.Sum.Weight);
            }

            Interlocked.Increment(ref completed[isEnough ? 1 : 0]);
        });

        // Sum over j >= 4 of C(6, j) 3^(6 - j).
        Assert.Equal([4096 - 154, 154], completed);
    }

    [Fact]
    public void The_secure_sum_has_the_bits_of_the_plain_sum_in_larger_cohorts() =>
        Gen.Select(Gen.Int[7, 40], Gen.Int[1, 300], Gen.Int[0, 1000], Gen.Bool).Sample((count, length, seed, isShort) =>
        {
            var random = new Random(seed);
            int threshold = (count / 2) + 1 + random.Next(count / 4);
            int[] answers = [.. Enumerable.Range(0, count).Select(_ => random.Next(8) is var r && r < 3 ? r : 3)], order = [.. Enumerable.Range(0, count)];
            random.Shuffle(order);
            using var bench = new CohortBench(
                [.. Enumerable.Range(0, count).Select(_ => 1 + random.Next(256))], threshold, length, (ulong)seed, new SharedQuantization(1, isShort ? 8 : 16));

            CohortStep step = bench.Run(answers, order);

            Assert.Equal(answers.Count(answer => answer == 3) >= threshold ? CohortStep.Completed : CohortStep.Failed, step);
            if (bench.Sum is { } sum)
            {
                Assert.Equal(bench.PlainSum(sum.Contributors), sum.Values.ToArray());
            }
        }, iter: 25, threads: 1);

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void The_largest_sum_of_255_members_does_not_overflow(int bits)
    {
        using var bench = new CohortBench([.. Enumerable.Repeat(256, 255)], 128, length: 2, quantization: new SharedQuantization(1, bits));
        foreach (float[] values in bench.Values)
        {
            (values[0], values[1]) = (float.MaxValue, float.NegativeInfinity);
        }

        // Without keys, whose number grows with the square of the members: the masks cancel modulo 2^32 as the property tests show.
        int expected = 255 * 256 * ((1 << (bits - 1)) - 1);
        Assert.Equal([expected, -expected], bench.PlainSum(Enumerable.Range(0, 255)));
        Assert.Equal(expected, bench.Description.Quantization.ToSigned((uint)expected & bench.Description.Quantization.Mask));
        Assert.Equal(-expected, bench.Description.Quantization.ToSigned((uint)-expected & bench.Description.Quantization.Mask));
    }

    [Fact]
    public void A_masked_update_has_the_same_bits_in_parts_of_any_length()
    {
        using var bench = new CohortBench([256, 256, 256], 2, length: 10_000);
        Assert.Equal(CohortStep.Completed, bench.Run([3, 3, 3]));
        SharesForMember shares = new(bench.Server.Senders, [.. bench.Server.Senders.Select(i => bench.SharesReceived[i].Ciphertexts[1])]);
        MaskedUpdate again = bench.Devices[1].Mask(shares, bench.Values[1]);
        var random = new Random(1);
        var read = new uint[again.Count];

        for (int start = 0; start < read.Length;)
        {
            int length = Math.Min(read.Length - start, 1 + random.Next(5000));
            again.Read(start, read.AsMemory(start, length));
            start += length;
        }

        Assert.Equal(bench.MaskedReceived[1], read);
        byte[] bytes = new byte[4 * read.Length];
        again.Encode(read, bytes);
        var decoded = new uint[read.Length];
        MaskedUpdate.FromBytes(bytes, read.Length, 4).Read(0, decoded);
        Assert.Equal(read, decoded);
    }

    [Fact]
    public void Eight_bit_values_need_three_bytes()
    {
        using var bench = new CohortBench([256, 1, 33], 2, length: 100, quantization: new SharedQuantization(1, bits: 8));

        Assert.Equal(CohortStep.Completed, bench.Run([3, 3, 3]));

        Assert.All(bench.MaskedReceived[0], value => Assert.True(value < 1 << 24));
        Assert.Equal(bench.PlainSum([0, 1, 2]), bench.Sum!.Values.ToArray());
    }
}
