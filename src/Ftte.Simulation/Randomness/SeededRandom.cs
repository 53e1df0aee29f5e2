using System.Globalization;

namespace Ftte.Simulation.Randomness;

/// <summary>Represents a small random generator (SplitMix64). The same keys give the same numbers on every machine.</summary>
/// <remarks>
/// With a key per purpose, such as (seed, writer, image), values do not depend on how many others were drawn before, in which order and on which thread.
/// Use at least one key. A copy has its own state, so pass the generator by reference.
/// </remarks>
public struct SeededRandom
{
    private ulong _state;

    /// <summary>Creates a generator.</summary>
    /// <param name="keys">The seed, then the keys of the purpose. Their order matters.</param>
    public SeededRandom(params ReadOnlySpan<ulong> keys)
    {
        foreach (ulong key in keys)
        {
            _state = SplitMix64.Finalize(_state ^ SplitMix64.Mix(key));
        }
    }

    /// <summary>Draws 64 bits.</summary>
    /// <returns>Any number.</returns>
    public ulong NextUInt64() => SplitMix64.Finalize(_state += SplitMix64.Increment);

    /// <summary>Draws from [0, 1).</summary>
    /// <returns>A multiple of 2^-53.</returns>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Draws from [low, high).</summary>
    /// <param name="low">The minimum.</param>
    /// <param name="high">The exclusive maximum, apart from rounding; at least <paramref name="low"/>.</param>
    /// <returns>A value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is below the minimum, or their difference is not finite.</exception>
    public float NextSingle(float low, float high) => high >= low && float.IsFinite(high - low)
        ? low + ((high - low) * (float)NextDouble())
        : throw new ArgumentOutOfRangeException(nameof(high), high, string.Create(CultureInfo.InvariantCulture, $"The maximum is below the minimum {low}, or too far from it. Specify finite numbers in ascending order."));

    /// <summary>Draws from 0 to <paramref name="count"/> - 1.</summary>
    /// <param name="count">The number of possible values; at least 1.</param>
    /// <returns>One of them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public int NextInt(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)Math.BigMul(NextUInt64(), (ulong)count, out _);
    }

    /// <summary>Draws from the normal distribution with mean 0 and deviation 1, by the method of Box and Muller.</summary>
    /// <returns>A value.</returns>
    public double NextGaussian() =>
        Math.Sqrt(-2 * PortableMath.Log(1 - NextDouble())) * PortableMath.Cos(2 * Math.PI * NextDouble());

    /// <summary>Draws an index with a probability in proportion to its weight.</summary>
    /// <param name="weights">The weights: not negative, at least one of them positive, and with a finite sum.</param>
    /// <returns>The index.</returns>
    /// <exception cref="ArgumentException">There are no weights, all are zero, one is negative or not a number, or their sum is not finite.</exception>
    public int NextIndex(ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (double weight in weights)
        {
            total += weight >= 0 ? weight : throw new ArgumentException($"A weight is {weight.ToString(CultureInfo.InvariantCulture)}. Specify weights of at least 0.", nameof(weights));
        }

        if (total <= 0 || !double.IsFinite(total))
        {
            throw new ArgumentException($"The sum of the {weights.Length} weights is {total.ToString(CultureInfo.InvariantCulture)}. Specify weights with a positive, finite sum.", nameof(weights));
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
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="items">The items, moved in place.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
