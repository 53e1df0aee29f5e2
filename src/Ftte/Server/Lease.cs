namespace Ftte;

/// <summary>Represents the permission of a client to work on one assignment for a limited time.</summary>
/// <param name="Holder">The client.</param>
/// <param name="Id">The ID of the assignment.</param>
/// <param name="Version">The current version when the lease was issued.</param>
/// <param name="Kind">The work.</param>
/// <param name="Since">The timestamp at which the lease was issued or last renewed.</param>
/// <param name="Renewals">The number of renewals.</param>
internal readonly record struct Lease(ClientRecord Holder, UpdateId Id, ModelVersion Version, LeaseKind Kind, long Since, byte Renewals = 0);
