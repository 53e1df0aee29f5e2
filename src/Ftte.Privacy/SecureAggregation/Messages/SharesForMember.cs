using System.Collections.Immutable;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the answer to <see cref="EncryptedShares"/>: the messages of the members that shared their secrets, for one of them. Only these members mask their updates.</summary>
/// <param name="Senders">The indices of the senders, ascending, including the receiver.</param>
/// <param name="Ciphertexts">The message of each sender for the receiver.</param>
public sealed record SharesForMember(ImmutableArray<int> Senders, ImmutableArray<ReadOnlyMemory<byte>> Ciphertexts);
