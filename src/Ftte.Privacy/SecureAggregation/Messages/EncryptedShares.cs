using System.Collections.Immutable;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the first answer of a member: the shares of its two secrets, encrypted for each member.</summary>
/// <param name="Commitment">A hash of the seed of the member's own mask, with which the server detects wrong shares of it; 32 bytes.</param>
/// <param name="Ciphertexts">One message of <see cref="CiphertextLength"/> bytes per member, in the order of their indices.</param>
public sealed record EncryptedShares(ReadOnlyMemory<byte> Commitment, ImmutableArray<ReadOnlyMemory<byte>> Ciphertexts)
{
    /// <summary>The number of bytes of a ciphertext: two shares and a tag.</summary>
    public const int CiphertextLength = (2 * SecretLength) + 16;

    /// <summary>The number of bytes of a secret and of its shares.</summary>
    internal const int SecretLength = 32;

    internal const int CommitmentLength = 32;
}
