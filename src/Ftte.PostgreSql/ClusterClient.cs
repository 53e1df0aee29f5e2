namespace Ftte.PostgreSql;

/// <summary>Represents the record of a client of a cluster.</summary>
/// <param name="Client">The client.</param>
/// <param name="Assignment">The ID of its last assignment.</param>
/// <param name="Bytes">Its assignments.</param>
/// <param name="IsAtWork">True if the lease of the last assignment has not ended. Ignored when the record is written.</param>
/// <param name="MemoryBudgetBytes">The memory budget that the client reported; null to keep what the database has. Not set when the record is read.</param>
internal sealed record ClusterClient(ClientId Client, UpdateId Assignment, byte[] Bytes, bool IsAtWork, long? MemoryBudgetBytes = null);
