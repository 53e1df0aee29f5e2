namespace Ftte.Wire;

/// <summary>Specifies the format of packed values in messages.</summary>
/// <remarks>The numbers are part of the wire format. See <c>docs/wire-format.md</c> for the bytes.</remarks>
public enum ValueFormat : byte
{
    /// <summary>Four bytes each, lossless.</summary>
    Float32 = 0,

    /// <summary>Two bytes each: the upper half of a float32, rounded to nearest, ties to even. NaN and infinity are preserved.</summary>
    BFloat16 = 1,

    /// <summary>
    /// One byte each, and one float32 scale per 128 consecutive values. A value is rounded to the multiple of maximum magnitude / 127 just below or above it,
    /// chosen at random so that the expectation is the value. If a group contains NaN or infinity, all its values are decoded as NaN.
    /// </summary>
    Int8 = 2,
}
