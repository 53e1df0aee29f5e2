namespace Ftte.PostgreSql;

/// <summary>Represents what a migration copied and compared.</summary>
/// <param name="Position">The number of the last record that the checkpoint includes.</param>
/// <param name="CheckpointBytes">The length of the checkpoint in bytes.</param>
/// <param name="Records">The number of records after the checkpoint.</param>
/// <param name="RecordBytes">The length of these records in bytes.</param>
/// <param name="Versions">The number of published versions in the database.</param>
/// <param name="Sha256">The SHA-256 of the checkpoint and the records, equal in the source and in the copy, in lowercase hexadecimal digits.</param>
public sealed record MigrationReport(long Position, long CheckpointBytes, int Records, long RecordBytes, int Versions, string Sha256);
