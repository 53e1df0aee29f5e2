using Ftte.Common;
using Ftte.Numerics;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents how values become integers of 8 or 16 bits, with one public scale for all updates of a cohort.</summary>
/// <remarks>
/// A value v becomes floor(v / step), plus 1 with the probability of the fraction, so that its expectation is v. Values beyond the range are clipped to it. With weights of 8 bits and at most
/// 255 members, sums of 8-bit values fit into 24 bits, and sums of 16-bit values into 32 bits: that many bits per value are uploaded. Immutable.
/// </remarks>
public sealed class SharedQuantization : IEquatable<SharedQuantization>
{
    /// <summary>Creates a quantization.</summary>
    /// <param name="maxMagnitude">The largest absolute value that is not clipped; public, finite and positive. It must not be chosen from private data.</param>
    /// <param name="bits">8 or 16.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public SharedQuantization(double maxMagnitude, int bits = 16)
        : this((float)(PolicyGuard.Positive(maxMagnitude) / GetLimit(bits)), bits)
    {
    }

    private SharedQuantization(float step, int bits)
    {
        PolicyGuard.Within(step, 1.17549435e-38, 1e30, nameof(step));
        (Step, Bits, Limit) = (step, bits, GetLimit(bits));
    }

    /// <summary>Gets the value of one unit.</summary>
    public float Step { get; }

    /// <summary>Gets the number of bits of a quantized value, 8 or 16.</summary>
    public int Bits { get; }

    /// <summary>Gets the number of bytes of a masked value, 3 or 4.</summary>
    public int BytesPerMaskedValue => (Bits + 16) / 8;

    /// <summary>Gets the largest integer, 127 or 32767.</summary>
    internal int Limit { get; }

    /// <summary>Gets the bits of a masked value that are sent.</summary>
    internal uint Mask => uint.MaxValue >> (16 - Bits);

    /// <inheritdoc />
    public bool Equals(SharedQuantization? other) => other is not null && other.Step.Equals(Step) && other.Bits == Bits;

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as SharedQuantization);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Step, Bits);

    internal static SharedQuantization OfStep(float step, int bits) => new(step, bits);

    /// <summary>Quantizes values and multiplies them by a weight; negative numbers are two's complements.</summary>
    /// <param name="values">The values; NaN becomes 0.</param>
    /// <param name="firstIndex">The index of the first value in the packed vector.</param>
    /// <param name="seed">The seed of the rounding.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="destination">Receives one integer per value.</param>
    internal void Quantize(ReadOnlySpan<float> values, int firstIndex, ulong seed, int weight, Span<uint> destination)
    {
        const float UnitOf24Bits = 1f / (1 << 24);
        var hash = new CounterHash(seed);
        for (int i = 0; i < values.Length; i++)
        {
            float ratio = Math.Clamp(values[i] / Step, -Limit, Limit), floor = MathF.Floor(ratio);
            float u = (hash.Get((uint)(firstIndex + i)) >> 8) * UnitOf24Bits;
            int rounded = (int)(u < ratio - floor ? floor + 1 : floor);
            destination[i] = (uint)(weight * rounded);
        }
    }

    /// <summary>Returns the sum that a masked value contains, from its lowest bits.</summary>
    internal int ToSigned(uint value) => (int)(value << (16 - Bits)) >> (16 - Bits);

    private static int GetLimit(int bits) => bits is 8 or 16 ? (1 << (bits - 1)) - 1 : throw new ArgumentOutOfRangeException(nameof(bits), bits, "The number of bits must be 8 or 16.");
}
