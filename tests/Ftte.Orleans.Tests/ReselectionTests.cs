using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Orleans.SiloProbe;
using Ftte.PostgreSql;
using Ftte.PostgreSql.Tests;
using Ftte.Selection;
using Ftte.Store.CrashProbe;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static Ftte.Orleans.Tests.ReselectionWorkload;

namespace Ftte.Orleans.Tests;

/// <summary>A cluster changes the selection during training, as a single server does.</summary>
[Collection(PostgreSqlGroup.Name)]
public sealed class ReselectionTests(PostgreSqlServer database)
{
    [StoreTheory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_survey_with_all_answers_changes_the_selection_of_every_silo_to_that_of_a_single_server_with_the_next_version(int weak)
    {
        ReselectionOptions options = Options(everyVersions: 50, probes: Shards);
        long Budget(int device) => device < weak ? Weak : Strong;
        await using FederatedServer single = CreateSingleServer(options, SiloSetup.Aggregator);
        await SurveyAsync(_ => single, Workload.Capacity, Budget);
        ParameterSelection expected = single.LatestSelection!.Selection;
        Assert.Equal(weak == 1 ? Hidden : Class, expected);

        await using TestSilos cluster = await StartAsync(await database.CreateDatabaseAsync(), silos: 2, options);
        Assert.Equal(Shards, (await SurveyAsync(cluster.Server, Workload.Capacity, Budget)).Length);
        ImmutableArray<UpdateHeader> first = await TrainAsync(cluster.Server, Workload.Capacity, Budget);
        await cluster.WaitForAsync(1);

        Assert.All(first, header => Assert.Equal((0, UpdateContent.Difference), (header.SelectionVersion.Number, header.Content)));
        long peak = single.LatestSelection.Certificate.Timeline.PeakBytes;
        for (int i = 0; i < 2 * Shards; i++)
        {
            Assert.Equal(CheckOutOutcome.NotEnoughMemory, (await CheckOutAsync(cluster.Server(i), $"weak{i}", peak - 1)).Outcome);
            TrainingAssignment assignment = await AssignAsync(cluster.Server(i), $"d{weak + i}", peak);
            Assert.Equal((new SelectionVersion(1), expected, UpdateContent.Difference), (assignment.SelectionVersion, assignment.Selection, assignment.Content));
        }
    }

    [StoreFact]
    public async Task Silos_that_start_again_continue_with_the_selection_its_memory_and_the_open_survey_with_its_answers()
    {
        string connectionString = await database.CreateDatabaseAsync();
        ReselectionOptions options = Options(everyVersions: 2, probes: Shards);
        static long Budget(int device) => Strong;
        ImmutableArray<TrainingAssignment> asked;
        await using (TestSilos first = await StartAsync(connectionString, silos: 2, options))
        {
            asked = await SurveyAsync(first.Server, Workload.Capacity, Budget, max: Shards - 1);
        }

        await using (TestSilos second = await StartAsync(connectionString, silos: 2, options))
        {
            // The last device was asked and holds its lease, so no other one is asked.
            KnownClient measuring = Assert.Single(await ((IServerStatusSource)second.Server(0)).GetClientsAsync(100), client => client.Activity == ClientActivity.MeasuringImportance);
            Assert.Equal(asked[^1].Client, measuring.Client);
            Assert.Equal(UpdateContent.Difference, (await AssignAsync(second.Server(0), "other")).Content);
            Assert.Equal(UpdateOutcome.Duplicate, (await SubmitAsync(second.Server(0), asked[0], Importance(0))).Outcome);
            Assert.Equal(UpdateOutcome.Surveyed, (await SubmitAsync(second.Server(1), asked[^1], Importance(2))).Outcome);
            await TrainAsync(second.Server, Workload.Capacity, Budget);
            await second.WaitForAsync(1);
            Assert.Equal(Hidden, (await AssignAsync(second.Server(0), "d0")).Selection);
            Assert.Equal(UpdateOutcome.Duplicate, (await SubmitAsync(second.Server(0), asked[0], Importance(0))).Outcome);
        }

        await using TestSilos third = await StartAsync(connectionString, silos: 1, options);
        TrainingAssignment assignment = await AssignAsync(third.Server(0), "d0");
        Assert.Equal((new SelectionVersion(1), Hidden, UpdateContent.Difference), (assignment.SelectionVersion, assignment.Selection, assignment.Content));
        Assert.Equal(CheckOutOutcome.NotEnoughMemory, (await CheckOutAsync(third.Server(0), "weak", Weak)).Outcome);

        // Two versions after the choice, the next survey opens.
        for (int version = 2; version <= 3; version++)
        {
            await TrainAsync(third.Server, Workload.Capacity, Budget);
            await third.WaitForAsync(version);
        }

        Assert.Equal(Shards, (await SurveyAsync(third.Server, Workload.Capacity, Budget)).Length);
        Assert.Equal([(1L, Shards)], await ReadSurveysAsync(connectionString));
    }

    [StoreFact]
    public async Task An_answer_that_is_sent_twice_counts_once_and_an_invalid_or_late_one_is_rejected()
    {
        string connectionString = await database.CreateDatabaseAsync();
        await using TestSilos cluster = await StartAsync(connectionString, silos: 2, Options(everyVersions: 1, probes: Shards));
        static long Budget(int device) => Strong;
        ImmutableArray<TrainingAssignment> asked = await SurveyAsync(cluster.Server, Workload.Capacity, Budget, max: 0);

        Assert.Equal(UpdateOutcome.LengthMismatch, (await SubmitAsync(cluster.Server(0), asked[0], [1, 2, 3])).Outcome);
        Assert.Equal(UpdateOutcome.NotFinite, (await SubmitAsync(cluster.Server(0), asked[0], [1, float.NaN])).Outcome);
        Assert.Equal(UpdateOutcome.NotFinite, (await SubmitAsync(cluster.Server(0), asked[0], [1, -1])).Outcome);
        Assert.Empty(await ReadSurveysAsync(connectionString));
        Assert.Equal(UpdateOutcome.Surveyed, (await SubmitAsync(cluster.Server(0), asked[0], Importance(0))).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, (await SubmitAsync(cluster.Server(1), asked[0], Importance(1))).Outcome);
        Assert.Equal([(0L, 1)], await ReadSurveysAsync(connectionString));

        // The survey is closed, because the next choice is due.
        await TrainAsync(cluster.Server, Workload.Capacity, Budget);
        await cluster.WaitForAsync(1);
        Assert.Equal(UpdateOutcome.TooStale, (await SubmitAsync(cluster.Server(0), asked[1], Importance(1))).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, (await SubmitAsync(cluster.Server(0), asked[0], Importance(0))).Outcome);
    }

    [StoreFact]
    public async Task Updates_of_the_selection_before_still_count_with_the_bits_of_one_aggregator()
    {
        await using TestSilos cluster = await StartAsync(await database.CreateDatabaseAsync(), silos: 2, Options(everyVersions: 1, probes: 0));
        var selections = new SelectionHistory(Workload.Selection);
        var reference = new BufferedAggregator(Workload.Start, selections, SiloSetup.Aggregator);
        var late = new List<TrainingAssignment>();
        for (int i = 0; i < Workload.Capacity / 2; i++)
        {
            late.Add(await AssignAsync(cluster.Server(i), $"late{i}"));
        }

        ImmutableArray<UpdateHeader> first = await TrainAsync(cluster.Server, Workload.Capacity, _ => Strong);
        ModelSnapshot version1 = await cluster.WaitForAsync(1);
        ImmutableArray<UpdateHeader> second = await TrainAsync(cluster.Server, Workload.Capacity / 2, _ => Strong);
        foreach ((int i, TrainingAssignment assignment) in late.Index())
        {
            second = second.Add(await TrainAsync(cluster.Server(i), assignment));
        }

        ModelSnapshot version2 = await cluster.WaitForAsync(2);

        await FoldAsync(reference, selections, first);
        Assert.Equal(reference.Current.Fingerprint, version1.Fingerprint);
        selections.Announce(Hidden);
        Assert.Equal([0, 1], second.Select(header => header.SelectionVersion.Number).Distinct().Order());
        await FoldAsync(reference, selections, second);
        Assert.Equal((new ModelVersion(2), reference.Current.Fingerprint), (version2.Version, version2.Fingerprint));
    }

    [StoreFact]
    public async Task A_refused_version_changes_neither_the_selection_nor_the_survey()
    {
        string connectionString = await database.CreateDatabaseAsync();
        var guard = new RefusingGuard { Refuses = true };
        BufferedAggregatorOptions guarded = SiloSetup.Aggregator.Copy();
        guarded.Guard = guard;
        await using TestSilos cluster = await StartAsync(connectionString, silos: 2, Options(everyVersions: 1, probes: Shards), services => services.AddKeyedSingleton<IAsyncAggregator>(
            null, (provider, _) => new BufferedAggregator(Workload.Start, provider.GetRequiredKeyedService<SelectionHistory>(null), guarded)));
        await SurveyAsync(cluster.Server, Workload.Capacity, _ => Strong);

        await TrainAsync(cluster.Server, Workload.Capacity, _ => Strong);
        while ((await cluster.Server(0).GetStatusAsync()).Shards.Any(shard => shard.Buffer < 1))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        Assert.Equal(default, (await AssignAsync(cluster.Server(1), "d0")).SelectionVersion);
        Assert.Equal([(0L, Shards)], await ReadSurveysAsync(connectionString));
        guard.Refuses = false;
        await TrainAsync(cluster.Server, Workload.Capacity, _ => Strong);
        Assert.Equal(new ModelVersion(1), (await cluster.WaitForAsync(1)).Version);
        Assert.Equal(Hidden, (await AssignAsync(cluster.Server(1), "d0")).Selection);
    }

    [StoreFact]
    public async Task Without_probes_the_selection_rotates_every_two_versions()
    {
        ReselectionOptions options = Options(everyVersions: 2, probes: 0, o => (o.Selector, o.MemoryBudgetBytes) = (new RotatingSelector(blockCycle: 2), 1 << 20));
        await using TestSilos cluster = await StartAsync(await database.CreateDatabaseAsync(), silos: 2, options);
        ParameterSelection[] expected = [Workload.Selection, Class, Hidden, Class];
        for (int version = 0; version < 7; version++)
        {
            for (int silo = 0; silo < 2; silo++)
            {
                TrainingAssignment assignment = await AssignAsync(cluster.Server(silo), $"d{version}", 1 << 20);
                Assert.Equal((new SelectionVersion(version / 2), expected[version / 2]), (assignment.SelectionVersion, assignment.Selection));
            }

            await TrainAsync(cluster.Server, Workload.Capacity, _ => 1 << 20);
            await cluster.WaitForAsync(version + 1);
        }
    }

    [StoreFact]
    public async Task The_next_selection_is_chosen_also_for_devices_that_had_too_little_memory_for_the_current_one()
    {
        await using TestSilos cluster = await StartAsync(await database.CreateDatabaseAsync(), silos: 2, Options(everyVersions: 1, probes: 0));
        await TrainAsync(cluster.Server, Workload.Capacity, _ => Strong);
        await cluster.WaitForAsync(1);
        Assert.Equal(Hidden, (await AssignAsync(cluster.Server(0), "d0")).Selection);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(CheckOutOutcome.NotEnoughMemory, (await CheckOutAsync(cluster.Server(i), $"weak{i}", Weak)).Outcome);
        }

        await TrainAsync(cluster.Server, Workload.Capacity, _ => Strong);
        await cluster.WaitForAsync(2);

        Assert.Equal(Class, (await AssignAsync(cluster.Server(1), "weak0", Weak)).Selection);
    }

    private static async Task FoldAsync(BufferedAggregator reference, SelectionHistory selections, ImmutableArray<UpdateHeader> headers)
    {
        foreach (UpdateHeader header in headers)
        {
            Assert.True(selections.TryGet(header.SelectionVersion, out ParameterSelection? selection));
            using SparseUpdate update = SparseUpdate.Create(header, Values(header.Id, selection.Count));
            Assert.True((await reference.AggregateAsync(update)).IsAccepted);
        }
    }

    /// <summary>Reads the surveys in the database and their numbers of answers.</summary>
    private static async Task<(long Survey, int Answers)[]> ReadSurveysAsync(string connectionString)
    {
        var surveys = new List<(long, int)>();
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand select = connection.Prepare("SELECT survey, count(*)::int FROM ftte.cluster_answer GROUP BY survey ORDER BY survey");
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            surveys.Add((reader.GetInt64(0), reader.GetInt32(1)));
        }

        return [.. surveys];
    }

    private sealed class RefusingGuard : IVersionGuard
    {
        private volatile bool _refuses;

        public bool Refuses
        {
            set => _refuses = value;
        }

        public string? Check(ModelSnapshot current, ModelSnapshot candidate, in StepStatistics step) => _refuses ? "Refused by the test." : null;
    }
}
