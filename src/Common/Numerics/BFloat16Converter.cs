namespace Ftte;

/// <summary>Converts single values between float32 and bfloat16, the upper half of a float32.</summary>
/// <remarks>This file is compiled into each project that needs it, so that no library has to publish it.</remarks>
internal static class BFloat16Converter
{
    /// <summary>The bit that makes a NaN quiet.</summary>
    private const uint Quiet = 0x40;

    /// <summary>Rounds to the nearest bfloat16, ties to even. Values that are too large become infinite; NaN keeps its sign and upper bits and is made quiet.</summary>
    public static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);

        // Rounding a NaN whose payload is only in the lower half would give infinity, so the quiet bit is set instead.
        return (ushort)(float.IsNaN(value) ? (bits >> 16) | Quiet : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Returns the float32 with the same value.</summary>
    public static float Expand(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);
}
