namespace Ftte;

/// <summary>Generates random numbers without state: number i of a seed is a function of both (SplitMix64; Steele, Lea and Flood, OOPSLA 2014).</summary>
/// <remarks>
/// The same bits on every machine, in any order, on any number of threads. This file is compiled into each project that draws random bits, so that no library has
/// to publish it.
/// </remarks>
internal static class SplitMix64
{
    /// <summary>The distance between the states of two consecutive numbers: 2^64 divided by the golden ratio.</summary>
    public const ulong Increment = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Returns number <paramref name="index"/> of the sequence that <paramref name="seed"/> starts.</summary>
    public static ulong At(ulong seed, ulong index) => Finalize(seed + ((index + 1) * Increment));

    /// <summary>Returns number <paramref name="index"/> as a value in [0, 1), of 24 random bits.</summary>
    public static float UniformAt(ulong seed, ulong index) => (At(seed, index) >> 40) * (1f / (1 << 24));

    /// <summary>Mixes the bits of a number: a bijection in which every input bit affects every output bit. Returns the first number of the sequence with this seed.</summary>
    public static ulong Mix(ulong value) => Finalize(value + Increment);

    /// <summary>Returns the number of a state.</summary>
    public static ulong Finalize(ulong state)
    {
        ulong z = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
