using Ftte.Storage;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Creates and upgrades the tables of a store.</summary>
internal static class Schema
{
    /// <summary>The name of the schema.</summary>
    public const string Name = "ftte";

    /// <summary>The first key of the advisory locks of this library, "FTTE". The second is 0 for the schema, otherwise the number of the federation.</summary>
    public const int LockClass = 0x46545445;

    /// <summary>The scripts that upgrade from each schema version to the next. Scripts of released versions never change.</summary>
    private static readonly string[] Upgrades =
    [
        """
        CREATE TABLE ftte.federation (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, epoch bigint NOT NULL);
        CREATE TABLE ftte.log (federation int NOT NULL REFERENCES ftte.federation, number bigint NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (federation, number));
        CREATE TABLE ftte.checkpoint (federation int PRIMARY KEY REFERENCES ftte.federation, position bigint NOT NULL, sha256 bytea NOT NULL, length bigint NOT NULL);
        CREATE TABLE ftte.version (federation int NOT NULL REFERENCES ftte.federation, number bigint NOT NULL, layout bigint NOT NULL, parameters int NOT NULL, sha256 bytea NOT NULL,
            PRIMARY KEY (federation, number));
        CREATE INDEX version_content ON ftte.version (federation, sha256);
        CREATE TABLE ftte.blob (federation int NOT NULL REFERENCES ftte.federation, sha256 bytea NOT NULL, part int NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (federation, sha256, part));
        ALTER TABLE ftte.log ALTER COLUMN bytes SET STORAGE EXTERNAL;
        ALTER TABLE ftte.blob ALTER COLUMN bytes SET STORAGE EXTERNAL;
        """,
    ];

    /// <summary>Gets the schema version that this library reads and writes.</summary>
    public static int Version => Upgrades.Length;

    /// <summary>Creates the tables, or upgrades those of an earlier version, as a whole or not at all.</summary>
    /// <exception cref="StoreException">The schema has other tables, or a newer version.</exception>
    public static async Task UpgradeAsync(NpgsqlConnection connection, StoreTarget target, CancellationToken cancellationToken)
    {
        if (await CheckAsync(connection, target, cancellationToken).ConfigureAwait(false) == Version)
        {
            return;
        }

        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock($1, 0)", cancellationToken, LockClass).ConfigureAwait(false);

        // Another server may have upgraded it in the meantime.
        int from = await CheckAsync(connection, target, cancellationToken).ConfigureAwait(false);
        if (from == 0)
        {
            // The schema itself may have been created by an administrator.
            if (await connection.ReadAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'ftte'", cancellationToken).ConfigureAwait(false) == 0)
            {
                await connection.ExecuteAsync("CREATE SCHEMA ftte", cancellationToken).ConfigureAwait(false);
            }

            await connection.ExecuteAsync("CREATE TABLE ftte.schema_version (version int NOT NULL)", cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync("INSERT INTO ftte.schema_version VALUES (0)", cancellationToken).ConfigureAwait(false);
        }

        for (int version = from; version < Version; version++)
        {
            await connection.ExecuteAsync(Upgrades[version], cancellationToken).ConfigureAwait(false);
        }

        await connection.ExecuteAsync("UPDATE ftte.schema_version SET version = $1", cancellationToken, Version).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Validates the schema.</summary>
    /// <returns>The schema version; 0 if there are no tables.</returns>
    /// <exception cref="StoreException">The schema has other tables, or a newer version.</exception>
    public static async Task<int> CheckAsync(NpgsqlConnection connection, StoreTarget target, CancellationToken cancellationToken)
    {
        // One statement, so that it sees the tables of another server's upgrade all or not at all.
        int tables = await connection.ReadAsync<int>(
            """
            SELECT CASE WHEN count(*) = 0 THEN 0 WHEN bool_or(relname = 'schema_version') THEN 1 ELSE 2 END
            FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'ftte')
            """,
            cancellationToken).ConfigureAwait(false);
        if (tables != 1)
        {
            return tables == 0 ? 0 : throw new StoreException($"The schema '{Name}' of {target} is not a store of this library. Specify another database.");
        }

        int version = await connection.ReadAsync<int>("SELECT version FROM ftte.schema_version", cancellationToken).ConfigureAwait(false);
        return version <= Version
            ? version
            : throw new StoreException($"The store of {target} has schema version {version}, but this library supports versions up to {Version}. Update Ftte.PostgreSql.");
    }
}
