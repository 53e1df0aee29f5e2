namespace Ftte.PostgreSql.Tests;

/// <summary>A server with a database is killed with SIGKILL at random moments, or its database is, and continues.</summary>
[Collection(PostgreSqlGroup.Name)]
public sealed class CrashTests(PostgreSqlServer database) : StoreCrashTests
{
    [StoreFact]
    public async Task A_server_whose_database_is_restarted_under_load_loses_and_doubles_nothing()
    {
        int restarts = IsLong ? 20 : 2;
        string[] store = await CreateStoreAsync();
        var random = new Random(restarts);
        var run = new ObservedRun();
        using var probe = ProbeProcess.Start(store);
        await run.SendPendingAsync(probe);
        await run.RequireAsync(probe, "ready");
        for (int restart = 0; restart < restarts; restart++)
        {
            await run.ReadAcknowledgementsAsync(probe, 5 + random.Next(100));
            await database.StopAsync(restart % 2 == 0 ? "QUIT" : "INT");
            await database.StartAsync();
        }

        await run.ReadAcknowledgementsAsync(probe, 100);
        await probe.WriteAsync("stop");
        await run.RequireAsync(probe, "final");
        await run.VerifyAsync();
    }

    protected override async Task<string[]> CreateStoreAsync() => ["postgresql", await database.CreateDatabaseAsync()];
}
