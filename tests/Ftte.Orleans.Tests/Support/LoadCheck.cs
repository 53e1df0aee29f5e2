using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ftte.Aggregation;
using Ftte.Orleans.SiloProbe;
using Ftte.PostgreSql;
using Ftte.Selection;
using Ftte.Storage;
using Ftte.Store.CrashProbe;
using Npgsql;

namespace Ftte.Orleans.Tests;

/// <summary>What devices were told during a load, compared with what the database has.</summary>
internal static class LoadCheck
{
    /// <summary>Waits until devices received a number of acknowledgements.</summary>
    public static async Task ProgressAsync(DeviceLoad load, Task devices, List<SiloProcess> silos, int updates)
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
    public static async Task VerifyAsync(DeviceLoad load, string connectionString)
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
