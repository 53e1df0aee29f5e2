using Ftte.PostgreSql.Tests;

namespace Ftte.Orleans.Tests;

/// <summary>Silos are replaced one after another by silos with newer grain interfaces, under load, as in a rolling upgrade.</summary>
[Collection(PostgreSqlGroup.Name)]
public sealed class RollingUpgradeTests(PostgreSqlServer database)
{
    private const int Silos = 2, Shards = 4, Devices = 16, Old = 1, New = 2;

    [StoreFact]
    public async Task Silos_with_newer_interfaces_take_over_one_after_another_and_nothing_is_lost_or_doubled()
    {
        string connectionString = await database.CreateDatabaseAsync();
        var silos = new List<SiloProcess>();
        using var load = new DeviceLoad();
        using var stop = new CancellationTokenSource();
        try
        {
            for (int i = 0; i < Silos; i++)
            {
                silos.Add(await SiloProcess.StartAsync(connectionString, Shards, Old));
            }

            load.Use(silos.Select(silo => silo.Address));
            Task devices = load.RunAsync(Devices, stop.Token);
            for (int i = 0; i < Silos; i++)
            {
                await LoadCheck.ProgressAsync(load, devices, silos, updates: 40);
                silos.Add(await SiloProcess.StartAsync(connectionString, Shards, New));
                Assert.Contains("Interfaces have version 2.", silos[^1].Output, StringComparison.Ordinal);
                load.Use(silos.Select(silo => silo.Address));
                await LoadCheck.ProgressAsync(load, devices, silos, updates: 40);

                // The devices stop calling a silo before it ends, as behind a load balancer.
                SiloProcess old = silos[0];
                silos.RemoveAt(0);
                load.Use(silos.Select(silo => silo.Address));
                await old.StopAsync();
                old.Dispose();
            }

            await LoadCheck.ProgressAsync(load, devices, silos, updates: 40);
            await stop.CancelAsync();
            await devices;
            await LoadCheck.VerifyAsync(load, connectionString);
        }
        finally
        {
            silos.ForEach(silo => silo.Dispose());
        }
    }
}
