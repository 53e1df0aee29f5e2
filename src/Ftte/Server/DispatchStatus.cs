namespace Ftte;

/// <summary>Represents the clients and leases of a server at one moment.</summary>
/// <param name="DevicesAtWork">The number of leases that have neither ended nor expired.</param>
/// <param name="FreeAssignments">The number of assignments for training that the limits allow.</param>
/// <param name="CanAssign">True if the limits allow another assignment for training and training has not ended.</param>
/// <param name="UntilLeaseExpires">The time until the next lease expires, rounded up to whole milliseconds, which timers count; null if there is none.</param>
/// <param name="WaitingClients">The number of clients that have used their share of the current buffer.</param>
/// <param name="KnownClients">The number of clients with a record.</param>
/// <param name="SincePublication">The time since the last version, or since the server started.</param>
internal readonly record struct DispatchStatus(
    int DevicesAtWork, int FreeAssignments, bool CanAssign, TimeSpan? UntilLeaseExpires, int WaitingClients, int KnownClients, TimeSpan SincePublication);
