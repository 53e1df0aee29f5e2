using static Ftte.StoreBench;

namespace Ftte.PostgreSql.Tests;

/// <summary>While the database is not available, devices are busy and the server states what it waits for; then it continues by itself.</summary>
[Collection(PostgreSqlGroup.Name)]
public sealed class UnavailableDatabaseTests(PostgreSqlServer database)
{
    [StoreTheory]
    [InlineData("INT")]
    [InlineData("QUIT")]
    public async Task While_the_database_is_down_devices_are_busy_and_afterward_the_server_continues(string signal)
    {
        await using var store = new PostgreSqlStore(await database.CreateDatabaseAsync());
        await using FederatedServer server = await StartAsync(store);
        TrainingAssignment first = (await AssignAsync(server, "a"))!, second = (await AssignAsync(server, "b"))!;
        Assert.Equal(UpdateOutcome.Buffered, await SubmitAsync(server, first));

        await database.StopAsync(signal);
        Assert.Equal(UpdateOutcome.Busy, await SubmitAsync(server, second));
        Assert.True(server.StoreFault!.IsTransient);
        Assert.StartsWith("The store of federation 'default' in PostgreSQL database", server.StoreFault.Message, StringComparison.Ordinal);
        Assert.Null(await AssignAsync(server, "c"));

        await database.StartAsync();
        await WaitUntilAvailableAsync(server);
        Assert.Equal([UpdateOutcome.Duplicate, UpdateOutcome.Duplicate], [await SubmitAsync(server, first), await SubmitAsync(server, second)]);
        Assert.Equal(new ModelVersion(1), server.Current.Version);
        Assert.NotNull(await AssignAsync(server, "c"));
    }

    [StoreFact]
    public async Task A_commit_that_waits_for_a_lock_is_repeated_after_the_command_timeout_and_is_written_once()
    {
        string connectionString = await database.CreateDatabaseAsync();
        await using var store = new PostgreSqlStore($"{connectionString};Command Timeout=1");
        await using FederatedServer server = await StartAsync(store);
        TrainingAssignment assignment = (await AssignAsync(server, "a"))!;
        await using var blocking = new Npgsql.NpgsqlConnection(connectionString);
        await blocking.OpenAsync();
        await using (Npgsql.NpgsqlTransaction transaction = await blocking.BeginTransactionAsync())
        {
            await blocking.ExecuteAsync("SELECT 1 FROM ftte.federation FOR UPDATE", CancellationToken.None);
            Assert.Equal(UpdateOutcome.Busy, await SubmitAsync(server, assignment));
            Assert.Contains("did not answer in time", server.StoreFault!.Message, StringComparison.Ordinal);
        }

        await WaitUntilAvailableAsync(server);
        Assert.Equal(UpdateOutcome.Duplicate, await SubmitAsync(server, assignment));
    }

    private static async Task WaitUntilAvailableAsync(FederatedServer server)
    {
        while (server.StoreFault is { } fault)
        {
            Assert.True(fault.IsTransient, fault.Message);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
