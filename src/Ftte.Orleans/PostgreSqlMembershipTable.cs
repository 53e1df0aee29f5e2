using System.Globalization;
using System.Text.Json;
using Ftte.PostgreSql;
using Npgsql;

namespace Ftte.Orleans;

/// <summary>Stores the members of an Orleans cluster in the tables <c>ftte.membership</c> and <c>ftte.membership_silo</c>. Orleans decides which silos have failed; this class only stores its table.</summary>
/// <remarks>Each change of a member is one transaction that also increases the version of the table, and fails if the version or the member was changed in the meantime.</remarks>
internal sealed class PostgreSqlMembershipTable(PostgreSqlStoreOptions options, string cluster) : IMembershipTable
{
    private readonly StoreTarget _target = new(options);

    public Task InitializeMembershipTable(bool tryInitTableVersion) => RunAsync(async connection =>
    {
        await Schema.UpgradeAsync(connection, _target, CancellationToken.None).ConfigureAwait(false);
        await connection.ExecuteAsync("INSERT INTO ftte.membership (cluster, version) VALUES ($1, 0) ON CONFLICT DO NOTHING", CancellationToken.None, cluster).ConfigureAwait(false);
        return true;
    });

    public Task DeleteMembershipTableEntries(string clusterId) => RunAsync(connection =>
        connection.ExecuteAsync("DELETE FROM ftte.membership WHERE cluster = $1", CancellationToken.None, clusterId));

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => RunAsync(async connection =>
    {
        MembershipTableData table = await ReadAsync(connection, silo: null).ConfigureAwait(false);
        foreach ((MembershipEntry entry, _) in table.Members.Where(member => member.Item1.Status == SiloStatus.Dead && new DateTimeOffset(member.Item1.IAmAliveTime, TimeSpan.Zero) < beforeDate))
        {
            await connection.ExecuteAsync("DELETE FROM ftte.membership_silo WHERE cluster = $1 AND silo = $2", CancellationToken.None, cluster, KeyOf(entry)).ConfigureAwait(false);
        }

        return true;
    });

    public Task<MembershipTableData> ReadRow(SiloAddress key) => RunAsync(connection => ReadAsync(connection, key.ToParsableString()));

    public Task<MembershipTableData> ReadAll() => RunAsync(connection => ReadAsync(connection, silo: null));

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => ChangeAsync(
        tableVersion,
        connection => connection.ExecuteAsync(
            "INSERT INTO ftte.membership_silo (cluster, silo, etag, entry, alive) VALUES ($1, $2, 0, $3, $4) ON CONFLICT DO NOTHING",
            CancellationToken.None,
            cluster, KeyOf(entry), Write(entry), AliveOf(entry)));

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => ChangeAsync(
        tableVersion,
        connection => connection.ExecuteAsync(
            "UPDATE ftte.membership_silo SET etag = etag + 1, entry = $3, alive = $4 WHERE cluster = $1 AND silo = $2 AND etag = $5",
            CancellationToken.None,
            cluster, KeyOf(entry), Write(entry), AliveOf(entry), int.Parse(etag, CultureInfo.InvariantCulture)));

    public Task UpdateIAmAlive(MembershipEntry entry) => RunAsync(connection => connection.ExecuteAsync(
        "UPDATE ftte.membership_silo SET alive = $3 WHERE cluster = $1 AND silo = $2", CancellationToken.None, cluster, KeyOf(entry), AliveOf(entry)));

    private static string KeyOf(MembershipEntry entry) => entry.SiloAddress.ToParsableString();

    private static DateTime AliveOf(MembershipEntry entry) => DateTime.SpecifyKind(entry.IAmAliveTime, DateTimeKind.Utc);

    private static string Write(MembershipEntry entry) => JsonSerializer.Serialize(MemberRecord.Create(entry), MemberJson.Default.MemberRecord);

    /// <summary>Reads the version of the table and its members, or one of them, at one moment.</summary>
    private async Task<MembershipTableData> ReadAsync(NpgsqlConnection connection, string? silo)
    {
        await using NpgsqlCommand select = connection.Prepare(
            """
            SELECT version, entry, alive, etag FROM ftte.membership m LEFT JOIN ftte.membership_silo s ON s.cluster = m.cluster AND ($2 = '' OR s.silo = $2) WHERE m.cluster = $1
            """,
            cluster, silo ?? "");
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync().ConfigureAwait(false);
        var members = new List<Tuple<MembershipEntry, string>>();
        int version = 0;
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            version = reader.GetInt32(0);
            if (!reader.IsDBNull(1))
            {
                MemberRecord record = JsonSerializer.Deserialize(reader.GetString(1), MemberJson.Default.MemberRecord)!;
                members.Add(Tuple.Create(record.ToEntry(reader.GetDateTime(2)), reader.GetInt32(3).ToString(CultureInfo.InvariantCulture)));
            }
        }

        return new MembershipTableData(members, new TableVersion(version, version.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Changes one member and the version of the table, both or none.</summary>
    /// <returns>False if the version or the member was changed in the meantime.</returns>
    private Task<bool> ChangeAsync(TableVersion next, Func<NpgsqlConnection, Task<int>> change) => RunAsync(async connection =>
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        int versions = await connection.ExecuteAsync(
            "UPDATE ftte.membership SET version = $2 WHERE cluster = $1 AND version = $3",
            CancellationToken.None,
            cluster, next.Version, int.Parse(next.VersionEtag, CultureInfo.InvariantCulture)).ConfigureAwait(false);
        if (versions == 0 || await change(connection).ConfigureAwait(false) == 0)
        {
            return false;
        }

        await transaction.CommitAsync().ConfigureAwait(false);
        return true;
    });

    /// <summary>Runs an operation on a session of its own, because members change rarely.</summary>
    private Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> operation) => _target.RunAsync(async () =>
    {
        await using NpgsqlConnection connection = await _target.OpenAsync(CancellationToken.None).ConfigureAwait(false);
        return await operation(connection).ConfigureAwait(false);
    });
}
