namespace Ftte;

/// <summary>Represents the status of a part of a server that consists of several parts, such as a shard of a cluster.</summary>
/// <param name="Name">The name of the part.</param>
/// <param name="Location">Where the part runs; null if it does not answer.</param>
/// <param name="Updates">The number of updates of the part in the current buffer.</param>
/// <param name="DevicesAtWork">The number of devices at work, by their leases.</param>
/// <param name="KnownClients">The number of clients of which the part has a record.</param>
/// <param name="Waiting">What the part waits for; null if nothing waits.</param>
public sealed record ServerPart(string Name, string? Location, int Updates, int DevicesAtWork, int KnownClients, string? Waiting);
