using CsCheck;
using Ftte.Privacy.Cryptography;

namespace Ftte.Privacy.Tests.Cryptography;

public class SecretSharingTests
{
    [Fact]
    public void Every_subset_of_the_threshold_or_more_restores_the_secret_and_no_smaller_one_does()
    {
        const int Count = 6, Threshold = 4;
        byte[] secret = [.. Enumerable.Range(1, 32).Select(i => (byte)(7 * i))];
        byte[][] shares = SecretSharing.Split(secret, Count, Threshold, new TestSecretGenerator(1));

        for (int subset = 1; subset < 1 << Count; subset++)
        {
            int[] members = [.. Enumerable.Range(0, Count).Where(i => (subset & (1 << i)) != 0)];

            byte[] restored = Combine(shares, members);

            Assert.Equal(members.Length >= Threshold, restored.SequenceEqual(secret));
        }
    }

    /// <summary>With one share less than the threshold, every value of a byte of the secret has exactly one remaining share that completes it: the shares say nothing about the secret.</summary>
    [Fact]
    public void Shares_below_the_threshold_fit_every_secret_equally()
    {
        byte[][] shares = SecretSharing.Split(new byte[8], 3, 3, new TestSecretGenerator(2));

        int[] secrets = [.. Enumerable.Range(0, 256).Select(value =>
        {
            byte[][] guessed = [shares[0], shares[1], [.. Enumerable.Repeat((byte)value, 8)]];
            return (int)Combine(guessed, 0, 1, 2)[0];
        })];

        Assert.Equal(Enumerable.Range(0, 256), secrets.Order());
    }

    [Fact]
    public void Any_threshold_of_up_to_255_members_restores_the_secret() =>
        Gen.Select(Gen.Int[1, 255].SelectMany(count => Gen.Select(Gen.Const(count), Gen.Int[1, count])), Gen.ULong).Sample(input =>
        {
            ((int count, int threshold), ulong seed) = input;
            var generator = new TestSecretGenerator(seed);
            byte[] secret = new byte[32];
            generator.Fill(secret);
            byte[][] shares = SecretSharing.Split(secret, count, threshold, generator);
            int[] members = [.. Enumerable.Range(0, count)];
            new Random((int)seed).Shuffle(members);

            Assert.Equal(secret, Combine(shares, members[..threshold]));
        }, iter: 60);

    [Fact]
    public void The_product_is_that_of_polynomials_modulo_the_polynomial_of_AES()
    {
        for (int a = 0; a < 256; a++)
        {
            for (int b = 0; b < 256; b++)
            {
                Assert.Equal(MultiplyByDivision(a, b), SecretSharing.Multiply((byte)a, (byte)b));
            }
        }

        // FIPS 197, 4.2.
        Assert.Equal(0xC1, SecretSharing.Multiply(0x57, 0x83));

        static byte MultiplyByDivision(int a, int b)
        {
            int product = 0;
            for (int bit = 0; bit < 8; bit++)
            {
                product ^= ((b >> bit) & 1) * (a << bit);
            }

            for (int bit = 15; bit >= 8; bit--)
            {
                product ^= ((product >> bit) & 1) * (0x11B << (bit - 8));
            }

            return (byte)product;
        }
    }

    private static byte[] Combine(byte[][] shares, params int[] members) => SecretSharing.Combine([.. members.Select(i => (i, (ReadOnlyMemory<byte>)shares[i]))]);
}
