using System.Net;
using Ftte.PostgreSql;
using Ftte.PostgreSql.Tests;

namespace Ftte.Orleans.Tests;

/// <summary>What Orleans requires of a membership table: a change succeeds only if neither the table nor the member was changed in the meantime.</summary>
[Collection(PostgreSqlGroup.Name)]
public sealed class PostgreSqlMembershipTableTests(PostgreSqlServer database)
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [StoreFact]
    public async Task Of_two_changes_of_the_same_version_one_succeeds()
    {
        PostgreSqlMembershipTable table = await CreateAsync();
        MembershipTableData empty = await table.ReadAll();
        Assert.Empty(empty.Members);

        Assert.True(await table.InsertRow(Member(1), empty.Version.Next()));
        Assert.False(await table.InsertRow(Member(2), empty.Version.Next()));

        MembershipTableData one = await table.ReadAll();
        (MembershipEntry entry, string etag) = Assert.Single(one.Members);
        Assert.Equal((Member(1).SiloAddress, SiloStatus.Active, Start), (entry.SiloAddress, entry.Status, entry.IAmAliveTime));
        Assert.False(await table.InsertRow(Member(1), one.Version.Next()));
        entry.Status = SiloStatus.Dead;
        Assert.True(await table.UpdateRow(entry, etag, one.Version.Next()));
        Assert.False(await table.UpdateRow(entry, etag, (await table.ReadAll()).Version.Next()));
        Assert.Equal(SiloStatus.Dead, Assert.Single((await table.ReadRow(entry.SiloAddress)).Members).Item1.Status);
    }

    [StoreFact]
    public async Task A_sign_of_life_changes_no_version_and_old_dead_members_are_removed()
    {
        PostgreSqlMembershipTable table = await CreateAsync();
        MembershipEntry alive = Member(1), dead = Member(2);
        dead.Status = SiloStatus.Dead;
        Assert.True(await table.InsertRow(alive, (await table.ReadAll()).Version.Next()));
        Assert.True(await table.InsertRow(dead, (await table.ReadAll()).Version.Next()));
        TableVersion version = (await table.ReadAll()).Version;

        alive.IAmAliveTime = Start.AddMinutes(5);
        await table.UpdateIAmAlive(alive);
        Assert.Equal(version.Version, (await table.ReadAll()).Version.Version);
        Assert.Equal(Start.AddMinutes(5), Assert.Single((await table.ReadRow(alive.SiloAddress)).Members).Item1.IAmAliveTime);

        await table.CleanupDefunctSiloEntries(Start);
        Assert.Equal(2, (await table.ReadAll()).Members.Count);
        await table.CleanupDefunctSiloEntries(Start.AddMinutes(1));
        Assert.Equal(alive.SiloAddress, Assert.Single((await table.ReadAll()).Members).Item1.SiloAddress);

        await table.DeleteMembershipTableEntries("test");
        await table.InitializeMembershipTable(true);
        Assert.Empty((await table.ReadAll()).Members);
    }

    private async Task<PostgreSqlMembershipTable> CreateAsync()
    {
        var table = new PostgreSqlMembershipTable(new PostgreSqlStoreOptions { ConnectionString = await database.CreateDatabaseAsync() }, "test");
        await table.InitializeMembershipTable(true);
        await table.InitializeMembershipTable(true);
        return table;
    }

    private static MembershipEntry Member(int generation) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, 1000, generation),
        Status = SiloStatus.Active,
        HostName = "localhost",
        SiloName = $"silo-{generation}",
        RoleName = "",
        StartTime = Start,
        IAmAliveTime = Start,
        SuspectTimes = [],
    };
}
