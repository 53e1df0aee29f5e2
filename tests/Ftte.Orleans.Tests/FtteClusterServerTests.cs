using System.Buffers;
using Ftte.Aggregation;
using Ftte.Diagnostics;
using Ftte.Orleans.SiloProbe;
using Ftte.PostgreSql;
using Ftte.PostgreSql.Tests;
using Ftte.Selection;
using Ftte.Serialization;
using Ftte.Storage;
using Ftte.Store.CrashProbe;
using Ftte.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Ftte.Orleans.Tests;

/// <summary>What devices and administrators see of a cluster.</summary>
[Collection(PostgreSqlGroup.Name)]
public sealed class FtteClusterServerTests(PostgreSqlServer database)
{
    private const int Shards = 3;

    [StoreFact]
    public async Task An_update_that_is_sent_twice_counts_once_in_every_silo_and_after_its_version_was_published()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 2, Shards);
        TrainingAssignment[] assignments = await CheckOutAsync(cluster);

        Assert.Equal(UpdateOutcome.Buffered, (await SubmitAsync(cluster.Server(0), assignments[0])).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, (await SubmitAsync(cluster.Server(1), assignments[0])).Outcome);
        foreach (TrainingAssignment assignment in assignments.Skip(1))
        {
            Assert.Equal(UpdateOutcome.Buffered, (await SubmitAsync(cluster.Server(0), assignment)).Outcome);
        }

        await cluster.WaitForAsync(1);
        Assert.Equal(UpdateOutcome.Duplicate, (await SubmitAsync(cluster.Server(1), assignments[0])).Outcome);
    }

    [StoreFact]
    public async Task An_update_that_answers_no_assignment_is_rejected()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 1, Shards);
        TrainingAssignment assignment = (await CheckOutAsync(cluster))[0];

        Assert.Equal(UpdateOutcome.NotAssigned, (await SubmitAsync(cluster.Server(0), assignment with { UpdateId = new UpdateId(1) })).Outcome);
        Assert.Equal(UpdateOutcome.NotAssigned, (await SubmitAsync(cluster.Server(0), assignment with { Client = new ClientId("other") })).Outcome);
        Assert.Equal(UpdateOutcome.LayoutMismatch, (await SubmitAsync(cluster.Server(0), assignment with { LayoutFingerprint = 1 })).Outcome);
    }

    [StoreFact]
    public async Task An_assignment_that_an_earlier_activation_wrote_late_is_recognized()
    {
        string connectionString = await database.CreateDatabaseAsync();
        await using TestSilos cluster = await TestSilos.StartAsync(connectionString, silos: 1, Shards);
        TrainingAssignment assignment = (await CheckOutAsync(cluster))[0] with { UpdateId = new UpdateId(77) };
        Assert.Equal(UpdateOutcome.NotAssigned, (await SubmitAsync(cluster.Server(0), assignment)).Outcome);
        await using var earlier = new ClusterStore(new PostgreSqlStoreOptions { ConnectionString = connectionString });
        await earlier.InitializeAsync(Start(ClusterSettings.Describe(Workload.Layout, new SelectionHistory(Workload.Selection), SiloSetup.Aggregator, Shards)), CancellationToken.None);

        var output = new ArrayBufferWriter<byte>();
        var writer = new StateWriter(output);
        UpdateHeader header = assignment.CreateHeader(1);
        writer.Byte(1);
        new IssuedAssignment(header.Id, header.BaseVersion, header.BaseFingerprint, header.SelectionVersion, header.Content).Save(writer);
        await earlier.WriteClientsAsync(ClusterSettings.GetShard(assignment.Client, Shards), [new ClusterClient(assignment.Client, header.Id, output.WrittenSpan.ToArray(), IsAtWork: true)], CancellationToken.None);

        Assert.Equal(UpdateOutcome.Buffered, (await SubmitAsync(cluster.Server(0), assignment)).Outcome);
    }

    [StoreFact]
    public async Task A_cluster_that_starts_again_continues_with_the_assignments_and_the_updates_in_the_database()
    {
        string connectionString = await database.CreateDatabaseAsync();
        TrainingAssignment[] assignments;
        await using (TestSilos first = await TestSilos.StartAsync(connectionString, silos: 2, Shards))
        {
            assignments = await CheckOutAsync(first);
            foreach (TrainingAssignment assignment in assignments.Take(5))
            {
                Assert.Equal(UpdateOutcome.Buffered, (await SubmitAsync(first.Server(0), assignment)).Outcome);
            }
        }

        await using TestSilos second = await TestSilos.StartAsync(connectionString, silos: 1, Shards);
        FtteClusterStatus status = await second.Server(0).GetStatusAsync();
        Assert.Equal(5, status.Shards.Sum(shard => shard.Updates));
        Assert.Equal(assignments.Length, status.Shards.Sum(shard => shard.KnownClients));
        Assert.Equal(assignments.Length - 5, status.Shards.Sum(shard => shard.DevicesAtWork));
        foreach (TrainingAssignment assignment in assignments.Skip(5))
        {
            Assert.Equal(UpdateOutcome.Buffered, (await SubmitAsync(second.Server(0), assignment)).Outcome);
        }

        ModelSnapshot published = await second.WaitForAsync(1);
        var reference = new BufferedAggregator(Workload.Start, new SelectionHistory(Workload.Selection), SiloSetup.Aggregator);
        foreach (TrainingAssignment assignment in assignments)
        {
            using SparseUpdate update = Workload.Create(assignment.CreateHeader(1));
            await reference.AggregateAsync(update);
        }

        Assert.Equal(reference.Current.Fingerprint, published.Fingerprint);
    }

    [StoreFact]
    public async Task An_update_that_counted_stays_a_duplicate_when_it_is_too_old_for_the_next_version()
    {
        BufferedAggregatorOptions strict = SiloSetup.Aggregator.Copy();
        strict.MaxAge = 0;
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 1, Shards, services => services.AddKeyedSingleton<IAsyncAggregator>(
            null, (provider, _) => new BufferedAggregator(Workload.Start, provider.GetRequiredKeyedService<SelectionHistory>(null), strict)));
        TrainingAssignment[] assignments = await CheckOutAsync(cluster);
        TrainingAssignment late = (await cluster.Server(0).CheckOutAsync(new CheckOutRequest(new ClientId("late"), 1 << 20, Workload.Layout.Fingerprint), new float[Workload.Layout.ParameterCount])).Assignment!;
        foreach (TrainingAssignment assignment in assignments)
        {
            Assert.Equal(UpdateOutcome.Buffered, (await SubmitAsync(cluster.Server(0), assignment)).Outcome);
        }

        await cluster.WaitForAsync(1);

        Assert.Equal(UpdateOutcome.Duplicate, (await SubmitAsync(cluster.Server(0), assignments[0])).Outcome);
        Assert.Equal(UpdateOutcome.TooStale, (await SubmitAsync(cluster.Server(0), late)).Outcome);
    }

    [StoreFact]
    public async Task A_buffer_that_times_out_is_published_with_the_bits_of_a_single_server_if_it_has_enough_updates()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 2, Shards, server: options => options.PublishTimeout = TimeSpan.FromMilliseconds(300));
        TrainingAssignment[] assignments = await CheckOutAsync(cluster);
        int enough = SiloSetup.Aggregator.MinFlushCount;
        Assert.InRange(enough, 2, Workload.Capacity - 1);
        var reference = new BufferedAggregator(Workload.Start, new SelectionHistory(Workload.Selection), SiloSetup.Aggregator);

        foreach (TrainingAssignment assignment in assignments.Take(enough))
        {
            Assert.Equal(UpdateOutcome.Buffered, (await SubmitAsync(cluster.Server(0), assignment)).Outcome);
            using SparseUpdate update = Workload.Create(assignment.CreateHeader(1));
            await reference.AggregateAsync(update);
        }

        ModelSnapshot published = await cluster.WaitForAsync(1);
        Assert.Equal((await reference.FlushAsync())!.Fingerprint, published.Fingerprint);
    }

    [StoreFact]
    public async Task Updates_that_their_shards_do_not_know_are_published_without_waiting_for_the_refresh_interval()
    {
        string connectionString = await database.CreateDatabaseAsync();
        await using TestSilos cluster = await TestSilos.StartAsync(connectionString, silos: 1, Shards, refresh: TimeSpan.FromHours(1));
        TrainingAssignment[] assignments = await CheckOutAsync(cluster);
        await using var earlier = new ClusterStore(new PostgreSqlStoreOptions { ConnectionString = connectionString });
        await earlier.InitializeAsync(Start(ClusterSettings.Describe(Workload.Layout, new SelectionHistory(Workload.Selection), SiloSetup.Aggregator, Shards)), CancellationToken.None);

        // As transactions of earlier activations that end late.
        foreach (IGrouping<int, TrainingAssignment> shard in assignments.GroupBy(assignment => ClusterSettings.GetShard(assignment.Client, Shards)))
        {
            await earlier.CommitAsync(0, shard.Key, [.. shard.Select(Write)], isRepeated: false, CancellationToken.None);
        }

        await cluster.Grains.GetGrain<IPublisherGrain>("default").ClosedAsync(0);

        await cluster.WaitForAsync(1);

        static (UpdateName, byte[]) Write(TrainingAssignment assignment)
        {
            using SparseUpdate update = Workload.Create(assignment.CreateHeader(1));
            return (new UpdateName(assignment.Client, assignment.UpdateId), UpdateMessage.WriteLossless(update));
        }
    }

    [StoreFact]
    public async Task The_status_lists_the_publisher_and_every_shard_with_its_silo()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 2, Shards);
        await CheckOutAsync(cluster);

        FtteClusterStatus status = await cluster.Server(1).GetStatusAsync();

        Assert.Equal(Enumerable.Range(0, Shards), status.Shards.Select(shard => shard.Shard));
        Assert.Empty(status.MissingShards);
        Assert.All(status.Shards, shard => Assert.Contains("127.0.0.1", shard.Silo, StringComparison.Ordinal));
        Assert.NotNull(status.Publisher);
    }

    [StoreFact]
    public async Task A_health_check_and_a_status_page_see_the_cluster_as_one_server()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 2, Shards);
        TrainingAssignment[] assignments = await CheckOutAsync(cluster);
        await SubmitAsync(cluster.Server(0), assignments[0]);
        IServerStatusSource source = cluster.Server(1);

        FederatedServerStatus status = await source.GetStatusAsync();

        Assert.Equal(assignments.Length - 1, status.DevicesAtWork);
        Assert.Equal(assignments.Length, status.KnownClients);
        Assert.Equal(["0", "1", "2"], status.Parts.Select(part => part.Name));
        Assert.Equal(1, status.Parts.Sum(part => part.Updates));
        Assert.All(status.Parts, part => Assert.Contains("127.0.0.1", part.Location, StringComparison.Ordinal));
        Assert.Empty(status.Warnings);
        Assert.Null(status.StoreFault);
        Assert.Equal(assignments.Select(assignment => assignment.Client.Value).Order(), (await source.GetClientsAsync(100)).Select(client => client.Client.Value).Order());
        Assert.Equal(2, (await source.GetClientsAsync(2)).Length);
    }

    [StoreFact]
    public async Task The_metrics_of_all_silos_together_count_each_call_and_each_version_once()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 2, Shards);
        using var counts = new CountedMeters(cluster.Server(0).Meter, cluster.Server(1).Meter);

        foreach ((int i, TrainingAssignment assignment) in (await CheckOutAsync(cluster)).Index())
        {
            await SubmitAsync(cluster.Server(i), assignment);
        }

        await cluster.WaitForAsync(1);
        Assert.Equal(Workload.Capacity, counts[FtteDiagnostics.CheckOuts]);
        Assert.Equal(Workload.Capacity, counts[FtteDiagnostics.Updates]);
        Assert.Equal(Workload.Capacity, counts[FtteDiagnostics.UpdateAge]);
        await Wait.UntilAsync(() => counts[FtteDiagnostics.Publications] == 1, "The publication was not counted.");
    }

    [Fact]
    public void Shards_and_a_publisher_that_do_not_answer_are_warnings()
    {
        var shard = new ShardStatus(1, "silo", 7, 2, 3, 4, 0, 5, "waits", Fault: null);
        var status = new FtteClusterStatus(default, new PublisherStatus("silo", 7, "waits", "No answer."), [shard], [0, 2]);

        Assert.Equal(["No answer from shard 0, 2. Their devices receive Busy until the shards run in another silo.", "The publisher failed and repeats. No answer."], ClusterSummary.FindWarnings(status));
        Assert.Equal(["0", "1", "2"], ClusterSummary.FindParts(status).Select(part => part.Name));
        Assert.Equal([null, "silo", null], ClusterSummary.FindParts(status).Select(part => part.Location));
        Assert.Contains("The publisher does not answer.", ClusterSummary.FindWarnings(status with { Publisher = null }).Last(), StringComparison.Ordinal);
    }

    [StoreFact]
    public async Task A_device_that_waits_for_work_is_answered_after_the_next_version()
    {
        await using TestSilos cluster = await TestSilos.StartAsync(await database.CreateDatabaseAsync(), silos: 1, Shards);
        TrainingAssignment[] assignments = await CheckOutAsync(cluster);

        Task waiting = cluster.Server(0).WaitForWorkAsync(new ClientId("d0")).AsTask();
        await Task.WhenAll(assignments.Select(assignment => SubmitAsync(cluster.Server(0), assignment)));

        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    [StoreFact]
    public async Task A_silo_with_another_number_of_shards_is_refused()
    {
        string connectionString = await database.CreateDatabaseAsync();
        await using var first = new ClusterStore(new PostgreSqlStoreOptions { ConnectionString = connectionString });
        await using var second = new ClusterStore(new PostgreSqlStoreOptions { ConnectionString = connectionString });
        await first.InitializeAsync(Start("8 shards"), CancellationToken.None);
        await first.InitializeAsync(Start("8 shards"), CancellationToken.None);

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => second.InitializeAsync(Start("9 shards"), CancellationToken.None));

        Assert.Contains("was created with 8 shards, but this silo has 9 shards", error.Message, StringComparison.Ordinal);
    }

    [StoreFact]
    public async Task A_single_server_and_a_cluster_refuse_the_federation_of_each_other()
    {
        string connectionString = await database.CreateDatabaseAsync();
        await using var cluster = new ClusterStore(new PostgreSqlStoreOptions { ConnectionString = connectionString, Federation = "cluster" });
        await cluster.InitializeAsync(Start("8 shards"), CancellationToken.None);
        await using var single = new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = connectionString, Federation = "cluster" });
        Assert.Contains("belongs to a cluster", (await Assert.ThrowsAsync<StoreException>(() => single.LoadAsync().AsTask())).Message, StringComparison.Ordinal);

        await using (var other = new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = connectionString, Federation = "single" }))
        {
            await other.LoadAsync();
            await other.CommitAsync(new StoreBatch([], new StoreCheckpoint(1, new byte[] { 1 }), []));
        }

        await using var late = new ClusterStore(new PostgreSqlStoreOptions { ConnectionString = connectionString, Federation = "single" });
        Assert.Contains("belongs to a single server", (await Assert.ThrowsAsync<StoreException>(() => late.InitializeAsync(Start("8 shards"), CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    private static ClusterStart Start(string settings)
    {
        var aggregator = new BufferedAggregator(Workload.Start, new SelectionHistory(Workload.Selection), SiloSetup.Aggregator);
        return new ClusterStart(settings, Workload.Capacity, Workload.Start, aggregator.CaptureState());
    }

    /// <summary>Checks out as many clients as a version needs.</summary>
    private static async Task<TrainingAssignment[]> CheckOutAsync(TestSilos cluster)
    {
        var assignments = new List<TrainingAssignment>();
        for (int i = 0; i < Workload.Capacity; i++)
        {
            CheckOutResponse response = await cluster.Server(i).CheckOutAsync(new CheckOutRequest(new ClientId($"d{i}"), 1 << 20, Workload.Layout.Fingerprint), new float[Workload.Layout.ParameterCount]);
            assignments.Add(response.Assignment ?? throw new InvalidOperationException(response.Outcome.ToString()));
        }

        return [.. assignments];
    }

    private static async Task<UpdateReceipt> SubmitAsync(FtteClusterServer server, TrainingAssignment assignment)
    {
        using SparseUpdate update = Workload.Create(assignment.CreateHeader(1));
        UpdateReceipt receipt;
        while ((receipt = await server.SubmitAsync(update)).Outcome == UpdateOutcome.Busy)
        {
            // A commit takes longer than the refresh interval if the machine does other work.
            await Task.Delay(receipt.RetryAfter!.Value, TimeProvider.System);
        }

        return receipt;
    }
}
