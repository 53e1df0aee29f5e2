namespace Ftte.TinyEngine;

/// <summary>A stateless random number generator: number i of a seed, computed from both (SplitMix64; Steele, Lea and Flood, OOPSLA 2014).</summary>
/// <remarks>The same bits on every machine, in any order, on any number of threads.</remarks>
internal static class SplitMix64
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    /// <summary>Gives number <paramref name="index"/> of the sequence that <paramref name="seed"/> starts.</summary>
    public static ulong At(ulong seed, ulong index)
    {
        ulong z = seed + ((index + 1) * Increment);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Gives number <paramref name="index"/> as a value in [0, 1), of 24 random bits.</summary>
    public static float UniformAt(ulong seed, ulong index) => (At(seed, index) >> 40) * (1f / (1 << 24));
}
