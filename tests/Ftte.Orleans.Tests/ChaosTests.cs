using Ftte.PostgreSql.Tests;

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
                await LoadCheck.ProgressAsync(load, devices, silos, updates: 20 + random.Next(40));
                int victim = random.Next(silos.Count);
                silos[victim].Kill();
                await LoadCheck.ProgressAsync(load, devices, silos, updates: 20);
                if (kill % (kills / restarts) == 0)
                {
                    await database.StopAsync(kill % 2 == 0 ? "QUIT" : "INT");
                    await database.StartAsync();
                    await LoadCheck.ProgressAsync(load, devices, silos, updates: 20);
                }

                silos[victim].Dispose();
                silos[victim] = await SiloProcess.StartAsync(connectionString, Shards);
                load.Use(silos.Select(silo => silo.Address));
            }

            await LoadCheck.ProgressAsync(load, devices, silos, updates: 50);
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
