namespace Ftte.Samples.Shared;

/// <summary>Generates random numbers by index instead of in sequence (SplitMix64): each can be recomputed, in any order.</summary>
internal static class CounterRandom
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    /// <summary>Returns the random bits of an index.</summary>
    public static ulong At(ulong seed, ulong place)
    {
        ulong z = seed + ((place + 1) * Increment);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Returns the number of an index, in [0, 1).</summary>
    public static float UniformAt(ulong seed, ulong place) => (At(seed, place) >> 40) * (1f / (1 << 24));
}
