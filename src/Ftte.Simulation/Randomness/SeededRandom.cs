namespace Ftte.Simulation;

/// <summary>A small random generator (SplitMix64) that gives the same numbers on every machine for the same keys.</summary>
/// <remarks>
/// A key per thing drawn, such as (seed, writer, image), makes each thing independent of how many others were drawn before it,
/// in what order and on which thread. Make it with at least one key; a copy draws on its own, so pass it by reference.
/// </remarks>
public struct SeededRandom
{
    private ulong _state;

    /// <summary>Makes a generator.</summary>
    /// <param name="keys">What is drawn: a seed first, then whatever tells one thing from another. Their order matters.</param>
    public SeededRandom(params ReadOnlySpan<ulong> keys)
    {
        foreach (ulong key in keys)
        {
            _state = Mix(_state ^ Mix(key + Increment));
        }
    }

    private const ulong Increment = 0x9E3779B97F4A7C15;

    /// <summary>Draws 64 bits.</summary>
    /// <returns>Any number.</returns>
    public ulong NextUInt64() => Mix(_state += Increment);

    /// <summary>Draws from [0, 1).</summary>
    /// <returns>A multiple of 2^-53.</returns>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Draws from [low, high).</summary>
    /// <param name="low">The least value.</param>
    /// <param name="high">What every value is below, but for rounding.</param>
    /// <returns>A value.</returns>
    public float NextSingle(float low, float high) => low + ((high - low) * (float)NextDouble());

    /// <summary>Draws from 0 to <paramref name="count"/> - 1.</summary>
    /// <param name="count">How many numbers there are, at least 1.</param>
    /// <returns>One of them.</returns>
    public int NextInt(int count) => (int)Math.BigMul(NextUInt64(), (ulong)count, out _);

    /// <summary>Draws from the normal distribution with mean 0 and deviation 1, by the method of Box and Muller.</summary>
    /// <returns>A value.</returns>
    public double NextGaussian() =>
        Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>Draws an index with the probability of its weight; the weights are not negative and not all zero.</summary>
    /// <param name="weights">The weights.</param>
    /// <returns>The index.</returns>
    public int NextIndex(ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (double weight in weights)
        {
            total += weight;
        }

        double remaining = NextDouble() * total;
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
            {
                last = i;
                remaining -= weights[i];
                if (remaining < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    /// <summary>Puts items into random order (Fisher and Yates).</summary>
    /// <typeparam name="T">What is shuffled.</typeparam>
    /// <param name="items">The items, moved in place.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
