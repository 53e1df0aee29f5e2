using Ftte.Aggregation;
using Ftte.Orleans.SiloProbe;
using Ftte.PostgreSql.Tests;
using Ftte.Selection;
using Ftte.Store.CrashProbe;

namespace Ftte.Orleans.Tests;

/// <summary>What devices receive while the database is stopped, and for calls that are not valid.</summary>
[Collection(PostgreSqlGroup.Name)]
public sealed class ClusterFaultTests(PostgreSqlServer database)
{
    private const int Shards = 3;

    [StoreFact]
    public async Task While_the_database_is_stopped_devices_are_busy_and_afterward_the_cluster_continues_with_the_same_bits()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 1, Shards);
        FtteClusterServer server = cluster.Server(0);
        var assignments = new List<TrainingAssignment>();
        for (int i = 0; i < Workload.Capacity; i++)
        {
            assignments.Add((await CheckOutAsync(server, $"d{i}")).Assignment!);
        }

        Assert.Equal(UpdateOutcome.Buffered, (await SubmitAsync(server, assignments[0])).Outcome);

        await database.StopAsync("QUIT");
        try
        {
            Assert.Equal(CheckOutOutcome.Busy, (await CheckOutAsync(server, "late")).Outcome);

            // The call ends although the commit is repeated: a shard with a call in progress could not move to another silo.
            Assert.Equal(UpdateOutcome.Busy, (await SubmitAsync(server, assignments[1])).Outcome);
            FtteClusterStatus status;
            do
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
                status = await server.GetStatusAsync();
            }
            while (status.Shards.All(shard => shard.Fault is null));

            Assert.NotNull((await ((IServerStatusSource)server).GetStatusAsync()).StoreFault);
        }
        finally
        {
            await database.StartAsync();
        }

        // The update that was sent during the failure counts once.
        foreach (TrainingAssignment assignment in assignments.Skip(1))
        {
            UpdateReceipt receipt;
            do
            {
                receipt = await SubmitAsync(server, assignment);
            }
            while (receipt.Outcome == UpdateOutcome.Busy);

            Assert.True(receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Duplicate, receipt.ToString());
        }

        ModelSnapshot published = await cluster.WaitForAsync(1);
        var reference = new BufferedAggregator(Workload.Start, new SelectionHistory(Workload.Selection), SiloSetup.Aggregator);
        foreach (TrainingAssignment assignment in assignments)
        {
            using SparseUpdate update = Workload.Create(assignment.CreateHeader(1));
            await reference.AggregateAsync(update);
        }

        Assert.Equal(reference.Current.Fingerprint, published.Fingerprint);
        Assert.Equal(CheckOutOutcome.Assigned, (await CheckOutAsync(server, "late")).Outcome);
    }

    [StoreFact]
    public async Task Without_its_database_a_cluster_answers_every_call_and_states_which_shards_are_missing()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 1, Shards);
        FtteClusterServer server = cluster.Server(0);
        var client = new ClientId("a");
        using SparseUpdate update = SparseUpdate.Create(new UpdateHeader(client, new UpdateId(1), Workload.Layout.Fingerprint, default, default, 1), new float[Workload.Selection.Count]);

        // No shard is active yet, and none can be activated.
        await database.StopAsync("INT");
        try
        {
            Assert.Equal(CheckOutOutcome.Busy, (await CheckOutAsync(server, "a")).Outcome);
            Assert.Equal(UpdateOutcome.Busy, (await server.SubmitAsync(update)).Outcome);
            Assert.False(await server.RenewLeaseAsync(client, new UpdateId(1)));
            FtteClusterStatus status = await server.GetStatusAsync();
            Assert.Equal(Enumerable.Range(0, Shards), status.MissingShards);
            Assert.Empty(status.Shards);
        }
        finally
        {
            await database.StartAsync();
        }

        CheckOutResponse response;
        do
        {
            response = await CheckOutAsync(server, "a");
        }
        while (response.Outcome == CheckOutOutcome.Busy);

        Assert.Equal(CheckOutOutcome.Assigned, response.Outcome);
    }

    [StoreFact]
    public async Task A_lease_is_renewed_by_the_shard_of_its_client_from_every_silo()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 2, Shards);
        TrainingAssignment assignment = (await CheckOutAsync(cluster.Server(0), "a")).Assignment!;

        Assert.True(await cluster.Server(1).RenewLeaseAsync(assignment.Client, assignment.UpdateId));
        Assert.False(await cluster.Server(1).RenewLeaseAsync(assignment.Client, new UpdateId(1)));
        Assert.False(await cluster.Server(0).RenewLeaseAsync(new ClientId("b"), assignment.UpdateId));
        Assert.False(await cluster.Server(0).RenewLeaseAsync(default, assignment.UpdateId));
    }

    [StoreFact]
    public async Task Calls_that_are_not_valid_are_refused_and_nothing_of_them_is_kept()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 1, Shards);
        FtteClusterServer server = cluster.Server(0);
        TrainingAssignment assignment = (await CheckOutAsync(server, "a")).Assignment!;
        UpdateHeader header = assignment.CreateHeader(1);

        Assert.Equal(CheckOutOutcome.UnknownClient, (await server.CheckOutAsync(new CheckOutRequest(default, 1 << 20, Workload.Layout.Fingerprint), new float[Workload.Layout.ParameterCount])).Outcome);
        await Assert.ThrowsAsync<ArgumentException>(async () => await server.CheckOutAsync(new CheckOutRequest(new ClientId("b"), 1 << 20, Workload.Layout.Fingerprint), new float[1]));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await server.CheckOutAsync(new CheckOutRequest(new ClientId("b"), -1, Workload.Layout.Fingerprint), new float[Workload.Layout.ParameterCount]));
        Assert.Equal(UpdateOutcome.UnknownClient, await OutcomeAsync(header with { Client = default }, Workload.Selection.Count));
        Assert.Equal(UpdateOutcome.LengthMismatch, await OutcomeAsync(header, Workload.Layout.ParameterCount + 1));
        Assert.Equal(UpdateOutcome.NotAssigned, await OutcomeAsync(header with { Content = UpdateContent.Evaluation }, 2));

        using SparseUpdate diverged = SparseUpdate.Create(header, [.. Enumerable.Repeat(float.NaN, Workload.Selection.Count)]);
        Assert.Equal(UpdateOutcome.NotFinite, (await server.SubmitAsync(diverged)).Outcome);

        FtteClusterStatus status = await server.GetStatusAsync();
        Assert.Equal(1, status.Shards.Sum(shard => shard.KnownClients));
        Assert.Equal(0, status.Shards.Sum(shard => shard.Updates));

        async Task<UpdateOutcome> OutcomeAsync(UpdateHeader of, int values)
        {
            using SparseUpdate update = SparseUpdate.Create(of, new float[values]);
            return (await server.SubmitAsync(update)).Outcome;
        }
    }

    [StoreFact]
    public async Task An_update_that_is_sent_twice_at_the_same_time_has_one_answer()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 1, Shards);
        TrainingAssignment assignment = (await CheckOutAsync(cluster.Server(0), "a")).Assignment!;

        UpdateReceipt[] receipts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SubmitAsync(cluster.Server(0), assignment)));

        Assert.Contains(receipts, receipt => receipt.Outcome == UpdateOutcome.Buffered);
        Assert.All(receipts, receipt => Assert.True(receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Duplicate, receipt.ToString()));
        Assert.Equal(1, (await cluster.Server(0).GetStatusAsync()).Shards.Sum(shard => shard.Updates));
    }

    private static async Task<CheckOutResponse> CheckOutAsync(FtteClusterServer server, string client) =>
        await server.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1 << 20, Workload.Layout.Fingerprint), new float[Workload.Layout.ParameterCount]);

    private static async Task<UpdateReceipt> SubmitAsync(FtteClusterServer server, TrainingAssignment assignment)
    {
        using SparseUpdate update = Workload.Create(assignment.CreateHeader(1));
        return await server.SubmitAsync(update);
    }
}
