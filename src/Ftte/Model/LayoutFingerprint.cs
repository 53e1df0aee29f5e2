using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Ftte;

/// <summary>Computes the 64-bit FNV-1a hash of a layout.</summary>
/// <remarks>
/// Hashes per block the UTF-8 name, preceded by its length, and the shape as little-endian int32, preceded by its rank; then, if the block is not trainable, the
/// negated role. The hash detects accidental mismatches and does not protect against forgery; the transport authenticates devices.
/// </remarks>
internal static class LayoutFingerprint
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Compute(ImmutableArray<ParameterBlock> blocks)
    {
        ulong hash = OffsetBasis;
        foreach (ParameterBlock block in blocks)
        {
            byte[] name = Encoding.UTF8.GetBytes(block.Name);
            hash = AppendInt32(hash, name.Length);
            foreach (byte b in name)
            {
                hash = (hash ^ b) * Prime;
            }

            hash = AppendInt32(hash, block.Shape.Length);
            foreach (int dimension in block.Shape)
            {
                hash = AppendInt32(hash, dimension);
            }

            // Negative, because the length of the next name follows here otherwise. The default role adds nothing, so that layouts without statistics keep their hash.
            if (block.Role != ParameterRole.Trainable)
            {
                hash = AppendInt32(hash, -(int)block.Role);
            }
        }

        return hash;
    }

    private static ulong AppendInt32(ulong hash, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        foreach (byte b in bytes)
        {
            hash = (hash ^ b) * Prime;
        }

        return hash;
    }
}
