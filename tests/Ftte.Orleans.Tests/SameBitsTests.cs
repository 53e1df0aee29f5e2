using Ftte.Aggregation;
using Ftte.Orleans.SiloProbe;
using Ftte.PostgreSql.Tests;
using Ftte.Selection;
using Ftte.Store.CrashProbe;

namespace Ftte.Orleans.Tests;

/// <summary>A cluster computes the same versions as a single server, bit for bit.</summary>
[Collection(PostgreSqlGroup.Name)]
public sealed class SameBitsTests(PostgreSqlServer database)
{
    [StoreTheory]
    [InlineData(1, 1)]
    [InlineData(1, 8)]
    [InlineData(2, 2)]
    [InlineData(2, 5)]
    [InlineData(3, 3)]
    [InlineData(3, 8)]
    public async Task The_same_updates_in_another_order_on_silos_and_shards_result_in_the_bits_of_a_single_server(int silos, int shards)
    {
        var schedule = new Schedule(rounds: 12, seed: shards);
        ulong[] expected = await RunSingleServerAsync(schedule);

        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos, shards);
        ulong[] actual = await schedule.RunAsync(cluster.Server, cluster.WaitForAsync, new Random(silos));

        Assert.Equal(expected, actual);
    }

    [StoreFact]
    public async Task Versions_are_published_and_known_everywhere_without_the_regular_reads_of_the_database()
    {
        // A notification that is forgotten would be made up for after an hour.
        var schedule = new Schedule(rounds: 30, seed: 1);
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 2, shards: 8, refresh: TimeSpan.FromHours(1));

        ulong[] versions = await schedule.RunAsync(cluster.Server, cluster.WaitForAsync, new Random(1));

        Assert.Equal(30, versions.Distinct().Count());
    }

    private static async Task<ulong[]> RunSingleServerAsync(Schedule schedule)
    {
        var selections = new SelectionHistory(Workload.Selection);
        await using var server = new FederatedServer(new BufferedAggregator(Workload.Start, selections, SiloSetup.Aggregator), selections);
        return await schedule.RunAsync(_ => server, _ => Task.FromResult(server.Current), new Random(0));
    }
}
