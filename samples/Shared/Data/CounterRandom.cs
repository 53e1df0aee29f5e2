namespace Ftte.Samples.Shared;

/// <summary>Random numbers by place instead of by turn (SplitMix64): any of them can be had again, in any order.</summary>
internal static class CounterRandom
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    /// <summary>Gives the random bits of a place.</summary>
    public static ulong At(ulong seed, ulong place)
    {
        ulong z = seed + ((place + 1) * Increment);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Gives the number of a place, in [0, 1).</summary>
    public static float UniformAt(ulong seed, ulong place) => (At(seed, place) >> 40) * (1f / (1 << 24));
}
