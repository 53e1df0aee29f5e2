namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents a member of a cohort, as the server describes it to all members.</summary>
/// <param name="Weight">q, the weight of the update in units of 2^-8, from 1 to 256.</param>
/// <param name="ShareKey">The public key for shares, 64 bytes.</param>
/// <param name="MaskKey">The public key for masks, 64 bytes.</param>
public sealed record CohortMember(int Weight, ReadOnlyMemory<byte> ShareKey, ReadOnlyMemory<byte> MaskKey);
