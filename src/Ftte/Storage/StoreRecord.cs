namespace Ftte.Storage;

/// <summary>Represents one change of the server's state, such as an accepted update or an issued assignment.</summary>
/// <param name="Number">The number of the record, unique in a store and 1 more than that of the record before it.</param>
/// <param name="Bytes">The record, with a checksum. <c>docs/wire-format.md</c> describes the bytes.</param>
public readonly record struct StoreRecord(long Number, ReadOnlyMemory<byte> Bytes);
