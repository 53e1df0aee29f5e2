namespace Ftte.Storage;

/// <summary>Represents changes that a store writes together or not at all.</summary>
/// <param name="Records">The new records, in ascending order of their numbers. A checkpoint in the same batch supersedes those up to its position.</param>
/// <param name="Checkpoint">The new checkpoint, which replaces the previous one; null for none.</param>
/// <param name="Versions">The versions that were published, in ascending order. The store decides how many it keeps.</param>
public sealed record StoreBatch(IReadOnlyList<StoreRecord> Records, StoreCheckpoint? Checkpoint, IReadOnlyList<ModelSnapshot> Versions);
