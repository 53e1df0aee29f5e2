using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ftte.Numerics;

/// <summary>Computes random bits as a pure function of a seed and an index, independent of vector width and threading.</summary>
/// <remarks>
/// The seed is mixed by <see cref="SplitMix64.Mix"/> into two 32-bit keys; index times the golden ratio plus the first key goes through the
/// finalizer of MurmurHash3, with the second key added after the first multiplication.
/// </remarks>
internal readonly struct CounterHash(ulong seed)
{
    private const uint Golden = 0x9E37_79B9, First = 0x85EB_CA6B, Second = 0xC2B2_AE35;

    private readonly uint _low = (uint)SplitMix64.Mix(seed);
    private readonly uint _high = (uint)(SplitMix64.Mix(seed) >> 32);

    public uint Get(uint index)
    {
        uint x = (index * Golden) + _low;
        x = ((x ^ (x >> 16)) * First) ^ _high;
        x = (x ^ (x >> 13)) * Second;
        return x ^ (x >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<uint> Get(Vector512<uint> index)
    {
        Vector512<uint> x = (index * Golden) + Vector512.Create(_low);
        x = ((x ^ (x >> 16)) * First) ^ Vector512.Create(_high);
        x = (x ^ (x >> 13)) * Second;
        return x ^ (x >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<uint> Get(Vector256<uint> index)
    {
        Vector256<uint> x = (index * Golden) + Vector256.Create(_low);
        x = ((x ^ (x >> 16)) * First) ^ Vector256.Create(_high);
        x = (x ^ (x >> 13)) * Second;
        return x ^ (x >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<uint> Get(Vector128<uint> index)
    {
        Vector128<uint> x = (index * Golden) + Vector128.Create(_low);
        x = ((x ^ (x >> 16)) * First) ^ Vector128.Create(_high);
        x = (x ^ (x >> 13)) * Second;
        return x ^ (x >> 16);
    }
}
