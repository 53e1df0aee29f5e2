using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ftte.Aggregation;
using Ftte.Orleans.SiloProbe;
using Ftte.PostgreSql;
using Ftte.PostgreSql.Tests;
using Ftte.Selection;
using Ftte.Storage;
using Ftte.Store.CrashProbe;
using Npgsql;

namespace Ftte.Orleans.Tests;

/// <summary>Silos are killed with SIGKILL and their database is restarted, under load.</summary>
[Collection(PostgreSqlGroup.Name)]
public sealed class ChaosTests(PostgreSqlServer database)
{
    private const int Silos = 3, Shards = 4, Devices = 16;

    [StoreFact]
    public Task A_cluster_whose_silos_are_killed_and_whose_database_restarts_loses_and_doubles_nothing() => RunAsync(kills: 2, restarts: 1);

    [LongStoreFact]
    public Task A_cluster_loses_and_doubles_nothing_in_twenty_failures_of_silos_and_five_of_the_database() => RunAsync(kills: 20, restarts: 5);

    private async Task RunAsync(int kills, int restarts)
    {
        string connectionString = await database.CreateDatabaseAsync();
        var random = new Random(kills);
        var silos = new List<SiloProcess>();
        using var load = new DeviceLoad();
        using var stop = new CancellationTokenSource();
        try
        {
            for (int i = 0; i < Silos; i++)
            {
                silos.Add(await SiloProcess.StartAsync(connectionString, Shards));
            }

            load.Use(silos.Select(silo => silo.Address));
            Task devices = load.RunAsync(Devices, stop.Token);
            for (int kill = 0; kill < kills; kill++)
            {
                await ProgressAsync(load, devices, silos, updates: 20 + random.Next(40));
                int victim = random.Next(silos.Count);
                silos[victim].Kill();
                await ProgressAsync(load, devices, silos, updates: 20);
                if (kill % (kills / restarts) == 0)
                {
                    await database.StopAsync(kill % 2 == 0 ? "QUIT" : "INT");
                    await database.StartAsync();
                    await ProgressAsync(load, devices, silos, updates: 20);
                }

                silos[victim].Dispose();
                silos[victim] = await SiloProcess.StartAsync(connectionString, Shards);
                load.Use(silos.Select(silo => silo.Address));
            }

            await ProgressAsync(load, devices, silos, updates: 50);
            await stop.CancelAsync();
            await devices;
            await VerifyAsync(load, connectionString);
        }
        finally
        {
            silos.ForEach(silo => silo.Dispose());
        }
    }

    /// <summary>Waits until devices received a number of acknowledgements.</summary>
    private static async Task ProgressAsync(DeviceLoad load, Task devices, List<SiloProcess> silos, int updates)
    {
        int target = load.Accepted.Count + updates;
        try
        {
            await Wait.UntilAsync(() => load.Accepted.Count >= target || devices.IsFaulted, $"Only {load.Accepted.Count} updates were acknowledged.");
        }
        catch (Xunit.Sdk.XunitException error)
        {
            Assert.Fail($"{error.Message}\n{string.Join("\n\n", silos.Select(silo => silo.Output))}");
        }

        if (devices.IsFaulted)
        {
            await devices;
        }
    }

    /// <summary>Compares every version with a fold of the updates that the database has for it, and these updates with what devices were told.</summary>
    private static async Task VerifyAsync(DeviceLoad load, string connectionString)
    {
        ILookup<long, UpdateHeader> rows = await ReadRowsAsync(load, connectionString);
        Assert.Equal(load.Accepted.Count, rows.Sum(version => version.Count()));
        Assert.All(rows.SelectMany(version => version), header => Assert.True(load.Accepted.ContainsKey((header.Client, header.Id)), $"{header} counts, but was not acknowledged."));
        Assert.Equal(load.Sent.Count, load.Accepted.Count);

        await using var store = new PostgreSqlStore(connectionString);
        IReadOnlyList<StoredVersion> versions = await store.GetVersionsAsync();
        var reference = new BufferedAggregator(Workload.Start, new SelectionHistory(Workload.Selection), SiloSetup.Aggregator);
        var order = new Random(1);
        foreach (StoredVersion version in versions)
        {
            if (version.Version.Number > 0)
            {
                UpdateHeader[] members = [.. rows[version.Version.Number - 1]];
                Assert.Equal(Workload.Capacity, members.Length);
                order.Shuffle(members);
                foreach (UpdateHeader header in members)
                {
                    using SparseUpdate update = Workload.Create(header);
                    Assert.True((await reference.AggregateAsync(update)).IsAccepted);
                }
            }

            Assert.Equal(version.Version, reference.Current.Version);
            Assert.Equal(version.Sha256, Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(reference.Current.Parameters.Span))));
        }

        Assert.True(versions.Count * Workload.Capacity > 100, $"Only {versions.Count} versions were published.");
        Assert.InRange(rows[versions[^1].Version.Number].Count(), 0, Workload.Capacity);
    }

    /// <summary>Reads the updates of all buffers, by the version that was current while the buffer filled.</summary>
    private static async Task<ILookup<long, UpdateHeader>> ReadRowsAsync(DeviceLoad load, string connectionString)
    {
        var rows = new List<(long Version, UpdateHeader Header)>();
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand select = connection.Prepare("SELECT version, client, id FROM ftte.cluster_update");
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add((reader.GetInt64(0), load.Sent[(new ClientId(reader.GetString(1)), new UpdateId(unchecked((ulong)reader.GetInt64(2))))]));
        }

        return rows.ToLookup(row => row.Version, row => row.Header);
    }
}
