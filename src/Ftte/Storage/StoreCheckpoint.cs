namespace Ftte.Storage;

/// <summary>Represents a saved state of the server that makes earlier records unnecessary.</summary>
/// <param name="Position">The number of the last record that the state includes; 0 if it includes none. Records up to it may be deleted.</param>
/// <param name="Bytes">The bytes of a <c>ServerState</c>.</param>
public sealed record StoreCheckpoint(long Position, ReadOnlyMemory<byte> Bytes);
