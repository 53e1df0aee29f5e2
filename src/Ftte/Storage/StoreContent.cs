namespace Ftte.Storage;

/// <summary>Represents what a store contains when a server starts.</summary>
/// <param name="Checkpoint">The latest checkpoint; null for a new store.</param>
/// <param name="Records">The records after the checkpoint, in ascending order of their numbers. Enumerated once, before the first commit.</param>
public sealed record StoreContent(StoreCheckpoint? Checkpoint, IAsyncEnumerable<StoreRecord> Records);
