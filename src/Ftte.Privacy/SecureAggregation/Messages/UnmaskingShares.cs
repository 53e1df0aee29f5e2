using System.Collections.Immutable;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the third answer of a member: one share per member that shared its secrets. It is a share of the seed of its own mask if that member's update arrived, and of its private key for masks otherwise; never of both.</summary>
/// <param name="Shares">The shares of 32 bytes, in the order of <see cref="SharesForMember.Senders"/>.</param>
public sealed record UnmaskingShares(ImmutableArray<ReadOnlyMemory<byte>> Shares);
