using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ftte.Privacy.Cryptography;

/// <summary>Derives the keys of a cohort with HKDF-SHA256 (RFC 5869).</summary>
/// <remarks>
/// The salt is the digest of the cohort's description. Devices to which the server described the cohort differently therefore derive different keys, and the first message between them
/// fails. Every key has all 256 bits of its secret.
/// </remarks>
internal static class KeyDerivation
{
    public const int KeyLength = 32;

    /// <summary>Derives the key of the mask that a device adds alone.</summary>
    public static byte[] DeriveOwnMaskKey(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> cohort, int member) => Derive(seed, cohort, "ftte own mask"u8, member, member);

    /// <summary>Derives the key of the mask that two devices share. One adds it, and the other subtracts it.</summary>
    public static byte[] DerivePairMaskKey(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> cohort, int a, int b) => Derive(secret, cohort, "ftte pair mask"u8, Math.Min(a, b), Math.Max(a, b));

    /// <summary>Derives the key that encrypts the shares from one device for another one.</summary>
    public static byte[] DeriveShareKey(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> cohort, int from, int to) => Derive(secret, cohort, "ftte shares"u8, from, to);

    /// <summary>Computes a hash from which the seed of a member's own mask can be recognized, but not computed.</summary>
    public static byte[] ComputeCommitment(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> cohort, int member) => Derive(seed, cohort, "ftte commitment"u8, member, member);

    private static byte[] Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> cohort, ReadOnlySpan<byte> label, int first, int second)
    {
        Span<byte> info = stackalloc byte[label.Length + (2 * sizeof(int))];
        label.CopyTo(info);
        BinaryPrimitives.WriteInt32LittleEndian(info[label.Length..], first);
        BinaryPrimitives.WriteInt32LittleEndian(info[(label.Length + sizeof(int))..], second);
        var key = new byte[KeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, cohort, info);
        return key;
    }
}
