using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Ftte;

/// <summary>Hashes a layout with 64-bit FNV-1a over the UTF-8 names, each with its length, and the shapes as little-endian int32, each with its rank; then the role, negated, of blocks that are not trainable.</summary>
/// <remarks>A hash for telling honest mistakes apart, not a defence against a forger: authentication is the transport's.</remarks>
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

            // Negative, because the length of a name would follow here; nothing for the default, so that layouts without statistics keep their hash.
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
