namespace Ftte;

/// <summary>Represents the permission of a client to work on one assignment for a limited time.</summary>
internal readonly record struct Lease(ClientRecord Holder, UpdateId Id, ModelVersion Version, LeaseKind Kind, long IssuedAt);
