using System.Buffers.Binary;
using System.Numerics;

namespace Ftte.Numerics;

/// <summary>Computes CRC-32C (Castagnoli, reflected, as in RFC 3720), the checksum at the end of every message.</summary>
/// <remarks>Processes eight bytes at a time in one stream; the CRC instruction is faster than the network.</remarks>
internal static class Crc32C
{
    /// <summary>The state before the first byte.</summary>
    public const uint Start = 0xFFFF_FFFF;

    public static uint Compute(ReadOnlySpan<byte> bytes) => Finish(Append(Start, bytes));

    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte b in bytes)
        {
            state = BitOperations.Crc32C(state, b);
        }

        return state;
    }

    public static uint Finish(uint state) => ~state;
}
