using System.Runtime.Intrinsics;
using Ftte.Numerics;

namespace Ftte.Tests.Numerics;

public sealed class CounterHashTests
{
    [Fact]
    public void Every_width_hashes_like_the_scalar_twin()
    {
        foreach (ulong seed in new ulong[] { 0, 1, ulong.MaxValue, 0x0123_4567_89AB_CDEF })
        {
            var hash = new CounterHash(seed);
            foreach (uint start in new uint[] { 0, 1, 1_000_003u, uint.MaxValue - 20 })
            {
                Vector512<uint> wide = hash.Get(Vector512.CreateSequence(start, 1u));
                Vector256<uint> middle = hash.Get(Vector256.CreateSequence(start, 1u));
                Vector128<uint> narrow = hash.Get(Vector128.CreateSequence(start, 1u));
                for (int i = 0; i < Vector512<uint>.Count; i++)
                {
                    uint expected = hash.Get(start + (uint)i);
                    Assert.Equal(expected, wide[i]);
                    Assert.Equal(expected, i < Vector256<uint>.Count ? middle[i] : expected);
                    Assert.Equal(expected, i < Vector128<uint>.Count ? narrow[i] : expected);
                }
            }
        }
    }

    [Fact]
    public void The_same_seed_and_index_give_the_same_bits_for_ever()
    {
        Assert.Equal(0xE220_A839_7B1D_CDAFul, SplitMix64.Mix(0));
        Assert.Equal(0xB41E90DFu, new CounterHash(1).Get(0));
        Assert.Equal(0xD31950E0u, new CounterHash(0xDEAD_BEEF_0000_0001).Get(1_000_000));
    }

    /// <summary>Chi-square over 256 equally likely buckets: mean 255, standard deviation 22.6.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_upper_bits_are_uniform_along_indices_and_along_seeds(bool alongIndices)
    {
        const int Draws = 1 << 18;
        int[] buckets = new int[256];
        int[] pairs = new int[256];
        uint before = 0;
        for (uint i = 0; i < Draws; i++)
        {
            uint bits = alongIndices ? new CounterHash(7).Get(i) : new CounterHash(i).Get(7);
            buckets[bits >> 24]++;
            pairs[((bits >> 28) << 4) | (before >> 28)]++;
            before = bits;
        }

        Assert.InRange(ChiSquare(buckets), 150, 370);
        Assert.InRange(ChiSquare(pairs), 150, 370);

        static double ChiSquare(int[] counts) => counts.Sum(c => Math.Pow(c - (Draws / 256.0), 2) / (Draws / 256.0));
    }
}
