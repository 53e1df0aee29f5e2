using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Represents a sum of doubles that does not depend on their order: 128-bit fixed point with the unit 2^-60.</summary>
/// <remarks>Each term is rounded to the unit; sums reach 2^66. For masses and norms, once per update; too slow for loops over coordinates.</remarks>
internal readonly record struct FixedPoint
{
    /// <summary>The exclusive maximum of a term, so that a thousand terms do not overflow.</summary>
    public const double MaxTerm = 1L << 56;

    private const double One = 1L << 60;

    private readonly Int128 _units;

    private FixedPoint(Int128 units) => _units = units;

    public double Value => (double)_units / One;

    public FixedPoint Plus(double term) => new(_units + (Int128)Math.Round(term * One, MidpointRounding.ToEven));

    public FixedPoint Plus(FixedPoint other) => new(_units + other._units);

    public static FixedPoint Load(ref StateReader reader)
    {
        ulong lower = reader.UInt64();
        var sum = new FixedPoint(new Int128(reader.UInt64(), lower));
        return sum._units >= 0 ? sum : throw StateReader.Bad("mass", sum.Value);
    }

    public void Save(StateWriter writer)
    {
        writer.UInt64((ulong)(UInt128)_units);
        writer.UInt64((ulong)((UInt128)_units >> 64));
    }
}
