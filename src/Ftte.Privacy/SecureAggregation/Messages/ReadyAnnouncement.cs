namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the announcement of a device that its update is ready: the header of the update and two fresh public keys, but no values.</summary>
/// <param name="Header">The header of the update: the server needs its base version and selection.</param>
/// <param name="ShareKey">The public key for shares, 64 bytes: x and y of a point of P-256.</param>
/// <param name="MaskKey">The public key for masks, 64 bytes.</param>
public sealed record ReadyAnnouncement(UpdateHeader Header, ReadOnlyMemory<byte> ShareKey, ReadOnlyMemory<byte> MaskKey);
