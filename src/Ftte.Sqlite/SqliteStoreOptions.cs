namespace Ftte.Sqlite;

/// <summary>Represents the options of a <see cref="SqliteStore"/>. Read once, when the store is created.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>Gets or sets the path of the database file, such as <c>/var/lib/app/federation.db</c>. Required. Its folder must exist and be on a local disk.</summary>
    /// <value>SQLite keeps two more files next to it, with <c>-wal</c> and <c>-shm</c> appended, and the store one with <c>.lock</c> appended.</value>
    public string Path { get; set; } = "";

    /// <summary>Gets or sets the number of published versions to keep for <see cref="SqliteStore.ReadVersion"/>, the newest ones; not negative.</summary>
    /// <value>Default 10. Null keeps all. The state to resume from does not depend on it.</value>
    public int? KeepVersions { get; set; } = 10;

    /// <summary>Gets or sets the maximum size of the database file in bytes, at least 1 MiB. The server answers with Busy rather than exceed it.</summary>
    /// <value>Default null: the disk is the limit. The file with <c>-wal</c> appended is not included and can reach about 64 MiB.</value>
    public long? MaxBytes { get; set; }

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path))
        {
            throw new ArgumentException($"{nameof(Path)} is empty. Specify the path of the database file.", nameof(Path));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(KeepVersions ?? 0, nameof(KeepVersions));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytes ?? long.MaxValue, 1 << 20, nameof(MaxBytes));
    }

    /// <summary>Creates a copy of the options.</summary>
    /// <returns>The copy; changes to it do not affect this object.</returns>
    public SqliteStoreOptions Copy() => (SqliteStoreOptions)MemberwiseClone();
}
