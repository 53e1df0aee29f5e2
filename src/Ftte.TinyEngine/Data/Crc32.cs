namespace Ftte.TinyEngine;

/// <summary>Computes CRC-32 (IEEE 802.3, reflected), the checksum of gzip files (RFC 1952).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] Table = CreateTable();

    /// <summary>Continues a checksum.</summary>
    /// <param name="checksum">The checksum of the bytes so far; 0 before the first byte.</param>
    /// <param name="bytes">The next bytes.</param>
    /// <returns>The checksum of all bytes.</returns>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        uint state = ~checksum;
        foreach (byte value in bytes)
        {
            state = Table[(byte)(state ^ value)] ^ (state >> 8);
        }

        return ~state;
    }

    private static uint[] CreateTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint entry = i;
            for (int bit = 0; bit < 8; bit++)
            {
                entry = (entry >> 1) ^ (Polynomial & (0 - (entry & 1)));
            }

            table[i] = entry;
        }

        return table;
    }
}
