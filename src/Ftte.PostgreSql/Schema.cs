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

        // Federations on a cluster. The function commits updates of a shard in one round trip, so that the row of the federation is locked for as short a time as possible: outcome 0 is taken,
        // 1 duplicate, 2 later, as in CommitOutcome. The room is the number of updates that the current buffer still accepts.
        // Updates are looked up in scalar subqueries, one by one in the index. As a join, the planner reads all updates of the federation for each call, because the table has no statistics yet.
        """
        CREATE TABLE ftte.cluster (federation int PRIMARY KEY REFERENCES ftte.federation, settings text NOT NULL, capacity int NOT NULL, buffer bigint NOT NULL, version bigint NOT NULL,
            updates int NOT NULL, is_closed boolean NOT NULL, activations bigint NOT NULL, sha256 bytea NOT NULL, length bigint NOT NULL, reselection bytea);
        CREATE TABLE ftte.cluster_update (federation int NOT NULL REFERENCES ftte.federation, client text NOT NULL, id bigint NOT NULL, buffer bigint NOT NULL, version bigint NOT NULL,
            shard int NOT NULL, bytes bytea, PRIMARY KEY (federation, client, id));
        CREATE INDEX cluster_update_buffer ON ftte.cluster_update (federation, buffer, shard);
        CREATE TABLE ftte.cluster_client (federation int NOT NULL REFERENCES ftte.federation, client text NOT NULL, shard int NOT NULL, seen timestamptz NOT NULL, assignment bigint NOT NULL,
            bytes bytea NOT NULL, memory_budget bigint, budget_seen timestamptz, PRIMARY KEY (federation, client)) WITH (fillfactor = 80);
        CREATE INDEX cluster_client_shard ON ftte.cluster_client (federation, shard);
        CREATE TABLE ftte.cluster_selection (federation int NOT NULL REFERENCES ftte.federation, number int NOT NULL, ranges bytea NOT NULL, required_memory bigint NOT NULL, PRIMARY KEY (federation, number));
        CREATE TABLE ftte.cluster_answer (federation int NOT NULL REFERENCES ftte.federation, survey bigint NOT NULL, client text NOT NULL, id bigint NOT NULL, importance bytea NOT NULL,
            PRIMARY KEY (federation, survey, client));
        CREATE TABLE ftte.membership (cluster text PRIMARY KEY, version int NOT NULL);
        CREATE TABLE ftte.membership_silo (cluster text NOT NULL REFERENCES ftte.membership ON DELETE CASCADE, silo text NOT NULL, etag int NOT NULL, entry text NOT NULL, alive timestamptz NOT NULL,
            PRIMARY KEY (cluster, silo));
        ALTER TABLE ftte.cluster_update ALTER COLUMN bytes SET STORAGE EXTERNAL;
        CREATE FUNCTION ftte.commit_updates(of_federation int, to_buffer bigint, of_shard int, clients text[], ids bigint[], contents bytea[],
            OUT current_buffer bigint, OUT closed boolean, OUT room int, OUT outcomes smallint[]) LANGUAGE plpgsql AS $$
        DECLARE
            head ftte.cluster%ROWTYPE;
            added int;
        BEGIN
            SELECT * INTO STRICT head FROM ftte.cluster WHERE federation = of_federation FOR UPDATE;
            room := CASE WHEN head.buffer = to_buffer AND NOT head.is_closed THEN head.capacity - head.updates ELSE 0 END;
            IF room > 0 THEN
                INSERT INTO ftte.cluster_update (federation, client, id, buffer, version, shard, bytes)
                    SELECT of_federation, g.client, g.id, head.buffer, head.version, of_shard, g.content
                    FROM unnest(clients, ids, contents) WITH ORDINALITY AS g (client, id, content, place)
                    WHERE (SELECT u.buffer FROM ftte.cluster_update u WHERE u.federation = of_federation AND u.client = g.client AND u.id = g.id) IS NULL
                    ORDER BY g.place LIMIT room;
                GET DIAGNOSTICS added = ROW_COUNT;
                IF added > 0 THEN
                    head.updates := head.updates + added;
                    head.is_closed := head.updates = head.capacity;
                    UPDATE ftte.cluster SET updates = head.updates, is_closed = head.is_closed WHERE federation = of_federation;
                END IF;
            END IF;
            current_buffer := head.buffer;
            closed := head.is_closed;
            room := CASE WHEN head.is_closed THEN 0 ELSE head.capacity - head.updates END;
            outcomes := ARRAY(SELECT CASE WHEN f.buffer IS NULL THEN 2 WHEN f.buffer = head.buffer THEN 0 ELSE 1 END::smallint
                FROM (SELECT g.place, (SELECT u.buffer FROM ftte.cluster_update u WHERE u.federation = of_federation AND u.client = g.client AND u.id = g.id) AS buffer
                    FROM unnest(clients, ids) WITH ORDINALITY AS g (client, id, place)) AS f
                ORDER BY f.place);
        END
        $$;
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
