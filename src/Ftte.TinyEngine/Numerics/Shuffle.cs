using System.Numerics;

namespace Ftte.TinyEngine.Numerics;

/// <summary>Represents a random permutation of 0 .. count - 1 that takes no memory: each position is computed on demand.</summary>
/// <remarks>
/// A Feistel network permutes the range up to the smallest even power of two that is not less than the count. Positions outside 0 .. count - 1 are permuted again until
/// they fall inside; the mean number of rounds is at most four. (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002.)
/// </remarks>
internal readonly struct Shuffle
{
    private const int Rounds = 6;
    private readonly ulong _seed;
    private readonly uint _count;
    private readonly int _halfBits;

    public Shuffle(int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _seed = seed;
        _count = (uint)count;
        _halfBits = (BitOperations.Log2((uint)count - 1 | 1) + 2) / 2;
    }

    /// <summary>Gets the element at a position.</summary>
    public int this[int position]
    {
        get
        {
            uint value = (uint)position;
            do
            {
                value = Permute(value);
            }
            while (value >= _count);
            return (int)value;
        }
    }

    private uint Permute(uint value)
    {
        uint mask = (1u << _halfBits) - 1;
        uint left = value >> _halfBits, right = value & mask;
        for (ulong round = 0; round < Rounds; round++)
        {
            (left, right) = (right, left ^ ((uint)SplitMix64.At(_seed, (round << 32) | right) & mask));
        }

        return (left << _halfBits) | right;
    }
}
