using Ftte.Storage;
using Microsoft.Data.Sqlite;

namespace Ftte.Sqlite;

/// <summary>Creates and upgrades the tables of a store.</summary>
internal static class Schema
{
    /// <summary>Marks a database file as a store: "FTTE".</summary>
    public const int ApplicationId = 0x46545445;

    private static readonly byte[] Magic = "SQLite format 3\0"u8.ToArray();

    /// <summary>The scripts that upgrade from each schema version to the next. Scripts of released versions never change.</summary>
    private static readonly string[] Upgrades =
    [
        """
        CREATE TABLE owner (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL);
        INSERT INTO owner VALUES (1, 0);
        CREATE TABLE log (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
        CREATE TABLE checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER NOT NULL, sha256 BLOB NOT NULL, length INTEGER NOT NULL);
        CREATE TABLE blob (id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE (sha256, part));
        """,
        """
        CREATE TABLE version (number INTEGER PRIMARY KEY, layout INTEGER NOT NULL, parameters INTEGER NOT NULL, sha256 BLOB NOT NULL);
        CREATE INDEX version_content ON version (sha256);
        """,
    ];

    /// <summary>Gets the schema version that this library reads and writes.</summary>
    public static int Version => Upgrades.Length;

    /// <summary>Validates that a file is a store, or new, before anything is written.</summary>
    public static void CheckFile(string path)
    {
        Span<byte> start = stackalloc byte[16];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            if (length > 0 && !start[..length].SequenceEqual(Magic))
            {
                throw StoreErrors.Foreign(path);
            }
        }
        catch (FileNotFoundException)
        {
            // A new store.
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new StoreException($"The store '{path}' cannot be read: it is a folder, or access is denied. Specify another path or allow access.", denied);
        }
    }

    /// <summary>Validates the schema of an open database.</summary>
    /// <returns>The schema version; 0 for an empty database.</returns>
    public static int Check(SqliteConnection connection, string path)
    {
        long id = connection.ReadLong("PRAGMA application_id"), version = connection.ReadLong("PRAGMA user_version");
        bool isEmpty = id == 0 && version == 0 && connection.ReadLong("SELECT COUNT(*) FROM sqlite_master") == 0;
        if (id != ApplicationId && !isEmpty)
        {
            throw StoreErrors.Foreign(path);
        }

        return version <= Version
            ? (int)version
            : throw new StoreException($"The store '{path}' has schema version {version}, but this library supports versions up to {Version}. Update Ftte.Sqlite.");
    }

    /// <summary>Upgrades the schema, as a whole or not at all.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="from">The schema version that the database has.</param>
    /// <param name="to">The schema version to upgrade to.</param>
    public static void Upgrade(SqliteConnection connection, int from, int to)
    {
        if (from == to)
        {
            return;
        }

        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        foreach (string script in Upgrades[from..to])
        {
            connection.Execute(script, transaction);
        }

        connection.Execute($"PRAGMA application_id = {ApplicationId}", transaction);
        connection.Execute($"PRAGMA user_version = {to}", transaction);
        transaction.Commit();
    }
}
