using Ftte.Privacy.Cryptography;

namespace Ftte.Privacy.Tests.Cryptography;

public class CounterModeGeneratorTests
{
    /// <summary>NIST SP 800-38A, F.5.5.</summary>
    [Fact]
    public void The_keystream_encrypts_the_vectors_of_NIST()
    {
        byte[] text = Convert.FromHexString("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
        using var generator = new CounterModeGenerator(
            Convert.FromHexString("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"), Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));
        byte[] stream = new byte[text.Length];

        generator.Fill(stream);

        Assert.Equal(
            "601EC313775789A5B7A7F504BBF3D228F443E3CA4D62B59ACA84E990CACAF5C52B0930DAA23DE94CE87017BA2D84988DDFC9C58DB67AADA613C2DD08457941A6",
            Convert.ToHexString([.. text.Zip(stream, (a, b) => (byte)(a ^ b))]));
    }

    [Fact]
    public void The_counter_carries_over_all_bytes_of_the_block()
    {
        byte[] key = new byte[32];
        using var generator = new CounterModeGenerator(key, Convert.FromHexString("ffffffffffffffffffffffffffffffff"));
        using var zero = new CounterModeGenerator(key);
        byte[] carried = new byte[32], expected = new byte[16];

        generator.Fill(carried);
        zero.Fill(expected);

        Assert.Equal(expected, carried[16..]);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 16)]
    [InlineData(3, 37)]
    [InlineData(60, 15)]
    public void Any_part_of_the_keystream_can_be_generated_alone(int block, int length)
    {
        byte[] whole = new byte[1000], part = new byte[length];
        using var generator = new CounterModeGenerator(new byte[32]);
        generator.Fill(whole);

        generator.Seek(block);
        generator.Fill(part);

        Assert.Equal(whole[(block * 16)..((block * 16) + length)], part);
    }
}
