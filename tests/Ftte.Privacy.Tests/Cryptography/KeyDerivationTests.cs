using System.Security.Cryptography;
using System.Text;
using Ftte.Privacy.Cryptography;

namespace Ftte.Privacy.Tests.Cryptography;

public class KeyDerivationTests
{
    /// <summary>RFC 5869, test case 1.</summary>
    [Fact]
    public void The_two_steps_of_HKDF_reproduce_the_vector_of_the_RFC()
    {
        byte[] key = Hkdf([.. Enumerable.Repeat((byte)0x0B, 22)], Convert.FromHexString("000102030405060708090A0B0C"), Convert.FromHexString("F0F1F2F3F4F5F6F7F8F9"), 42);

        Assert.Equal("3CB25F25FAACD57A90434F64D0362F2A2D2D0A90CF1A5A4C5DB02D56ECC4C5BF34007208D5B887185865", Convert.ToHexString(key));
    }

    [Fact]
    public void Keys_are_those_of_HKDF_with_the_cohort_as_salt()
    {
        byte[] secret = SHA256.HashData("secret"u8), cohort = SHA256.HashData("cohort"u8);

        Assert.Equal(Hkdf(secret, cohort, [.. Encoding.UTF8.GetBytes("ftte shares"), 7, 0, 0, 0, 2, 0, 0, 0], 32), KeyDerivation.DeriveShareKey(secret, cohort, 7, 2));
        Assert.Equal(Hkdf(secret, cohort, [.. Encoding.UTF8.GetBytes("ftte pair mask"), 2, 0, 0, 0, 7, 0, 0, 0], 32), KeyDerivation.DerivePairMaskKey(secret, cohort, 7, 2));
        Assert.Equal(Hkdf(secret, cohort, [.. Encoding.UTF8.GetBytes("ftte own mask"), 7, 0, 0, 0, 7, 0, 0, 0], 32), KeyDerivation.DeriveOwnMaskKey(secret, cohort, 7));
    }

    [Fact]
    public void A_pair_has_one_key_for_its_mask_and_one_for_shares_in_each_direction()
    {
        byte[] secret = new byte[32], cohort = new byte[32];

        Assert.Equal(KeyDerivation.DerivePairMaskKey(secret, cohort, 1, 2), KeyDerivation.DerivePairMaskKey(secret, cohort, 2, 1));
        Assert.NotEqual(KeyDerivation.DeriveShareKey(secret, cohort, 1, 2), KeyDerivation.DeriveShareKey(secret, cohort, 2, 1));
    }

    /// <summary>
    /// A known framework folds its keys of 32 bytes into seeds of 32 bits, so that masks can be guessed. Here every single bit of the secret and of the cohort changes the keystream.
    /// </summary>
    [Fact]
    public void Every_bit_of_the_secret_and_of_the_cohort_counts()
    {
        var keys = new HashSet<string>();
        for (int bit = 0; bit < 256; bit++)
        {
            var flipped = new byte[32];
            flipped[bit / 8] = (byte)(1 << (bit % 8));
            Assert.True(keys.Add(FirstBlock(KeyDerivation.DerivePairMaskKey(flipped, new byte[32], 0, 1))));
            Assert.True(keys.Add(FirstBlock(KeyDerivation.DerivePairMaskKey(new byte[32], flipped, 0, 1))));
        }

        static string FirstBlock(byte[] key)
        {
            Assert.Equal(32, key.Length);
            var block = new byte[16];
            using var stream = new CounterModeGenerator(key);
            stream.Fill(block);
            return Convert.ToHexString(block);
        }
    }

    private static byte[] Hkdf(byte[] secret, byte[] salt, byte[] info, int length)
    {
        byte[] extracted = HMACSHA256.HashData(salt, secret), block = [], output = [];
        for (byte i = 1; output.Length < length; i++)
        {
            byte[] message = [.. block, .. info, i];
            block = HMACSHA256.HashData(extracted, message);
            output = [.. output, .. block];
        }

        return output[..length];
    }
}
