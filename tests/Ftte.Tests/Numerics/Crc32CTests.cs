using System.Text;
using CsCheck;
using Ftte.Numerics;

namespace Ftte.Tests.Numerics;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_of_the_standard_is_met() => Assert.Equal(0xE3069283u, Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void Nothing_has_the_checksum_zero() => Assert.Equal(0u, Crc32C.Compute([]));

    [Fact]
    public void Every_length_agrees_with_the_bitwise_twin()
    {
        byte[] bytes = new byte[100];
        new Random(1).NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(Bitwise(bytes.AsSpan(0, length)), Crc32C.Compute(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Pieces_give_the_checksum_of_the_whole() => Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300]).Sample((first, second) =>
    {
        uint pieces = Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Start, first), second));
        Assert.Equal(Bitwise([.. first, .. second]), pieces);
    });

    private static uint Bitwise(ReadOnlySpan<byte> bytes)
    {
        uint state = uint.MaxValue;
        foreach (byte b in bytes)
        {
            state ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                state = (state >> 1) ^ ((state & 1) * 0x82F63B78);
            }
        }

        return ~state;
    }
}
