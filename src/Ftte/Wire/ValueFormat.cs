namespace Ftte.Wire;

/// <summary>How packed values travel.</summary>
/// <remarks>The numbers travel. See <c>docs/wire-format.md</c> for the bytes.</remarks>
public enum ValueFormat : byte
{
    /// <summary>Four bytes each: every bit arrives.</summary>
    Float32 = 0,

    /// <summary>Two bytes each: the upper half of a float32, rounded to nearest, ties to even. NaN and infinity arrive as such.</summary>
    BFloat16 = 1,

    /// <summary>
    /// One byte each, and one float32 scale per 128 consecutive values: the multiple of largest magnitude / 127 just below or above the value,
    /// chosen at random so that the expectation is the value. A group that holds NaN or infinity arrives as NaN throughout.
    /// </summary>
    Int8 = 2,
}
