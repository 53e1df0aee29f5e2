using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Ftte.Privacy.Tests;

/// <summary>A server with a private aggregator: it assigns work within the limits, ends when the budget is spent, and survives being killed.</summary>
public class PrivateServerTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("model", [3]));
    private static readonly ModelSnapshot Start = new(Layout, default, [0, 0, 0]);

    private static DifferentialPrivacyOptions Privacy(int maxVersions = 10) => new()
    {
        ClippingNorm = 1,
        NoiseMultiplier = 1,
        MaxVersions = maxVersions,
        MaxParticipations = 2,
        MinSeparation = 2,
        Bands = 2,
    };

    private static FederatedServer Create(DifferentialPrivacyOptions privacy, LogLines<FederatedServer>? log = null, int capacity = 1, ReselectionOptions? reselection = null)
    {
        var selections = new SelectionHistory(ParameterSelection.Full(Layout));
        return new FederatedServer(new PrivateAggregator(Start, selections, privacy, PrivacyBench.OfCapacity(capacity)), selections, logger: log, reselection: reselection);
    }

    private static async Task<(CheckOutOutcome CheckOut, UpdateOutcome? Submit)> RoundAsync(FederatedServer server, string client)
    {
        CheckOutResponse checkOut = await server.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1 << 20, Layout.Fingerprint), new float[3]);
        if (checkOut.Assignment is not { } assignment)
        {
            return (checkOut.Outcome, null);
        }

        using var update = SparseUpdate.Create(assignment.CreateHeader(1), [1f, 2f, 3f]);
        return (checkOut.Outcome, (await server.SubmitAsync(update)).Outcome);
    }

    [Fact]
    public async Task Work_is_assigned_only_to_clients_that_may_contribute()
    {
        await using FederatedServer server = Create(Privacy());

        Assert.Equal((CheckOutOutcome.Assigned, UpdateOutcome.Published), await RoundAsync(server, "a"));
        Assert.Equal((CheckOutOutcome.Busy, null), await RoundAsync(server, "a"));
        Assert.True(server.AwaitsNextVersion(new ClientId("a")));
        Assert.Equal((CheckOutOutcome.Assigned, UpdateOutcome.Published), await RoundAsync(server, "b"));
        Assert.False(server.AwaitsNextVersion(new ClientId("a")));
        Assert.Equal((CheckOutOutcome.Assigned, UpdateOutcome.Published), await RoundAsync(server, "a"));
        Assert.Equal((CheckOutOutcome.TrainingEnded, null), await RoundAsync(server, "a"));
    }

    [Fact]
    public async Task Training_ends_with_a_reason_when_the_budget_is_spent()
    {
        var log = new LogLines<FederatedServer>();
        await using FederatedServer server = Create(Privacy(maxVersions: 2), log);
        await RoundAsync(server, "a");
        Assert.DoesNotContain(log.Written, line => line.Text.Contains("Ended training", StringComparison.Ordinal));

        await RoundAsync(server, "b");

        Assert.Equal((CheckOutOutcome.TrainingEnded, null), await RoundAsync(server, "c"));
        Assert.False(server.CanAssign);
        Assert.True(server.IsTrainingEnded);
        Assert.Single(log.Written, line => line.Text.StartsWith("Warning: Ended training. No more training is assigned. The privacy budget is spent: epsilon ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_more_devices_train_than_the_remaining_budget_can_use()
    {
        DifferentialPrivacyOptions privacy = Privacy(maxVersions: 2);
        await using FederatedServer server = Create(privacy, capacity: 2);
        TrainingAssignment?[] assigned = [.. await Task.WhenAll(Enumerable.Range(0, 6).Select(async i => (await CheckOutAsync($"d{i}")).Assignment))];

        // Two versions of two updates.
        Assert.Equal(4, assigned.Count(assignment => assignment is not null));
        CheckOutResponse next = await CheckOutAsync("d6");
        Assert.Equal(CheckOutOutcome.Busy, next.Outcome);
        Assert.NotNull(next.RetryAfter);
        foreach (TrainingAssignment? assignment in assigned.Where(assignment => assignment is not null))
        {
            using var update = SparseUpdate.Create(assignment!.CreateHeader(1), [1f, 2f, 3f]);
            Assert.True((await server.SubmitAsync(update)).IsAccepted);
        }

        Assert.Equal(CheckOutOutcome.TrainingEnded, (await CheckOutAsync("d6")).Outcome);

        ValueTask<CheckOutResponse> CheckOutAsync(string client) => server.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1 << 20, Layout.Fingerprint), new float[3]);
    }

    [Fact]
    public async Task A_device_takes_the_place_of_one_whose_update_was_not_usable()
    {
        await using FederatedServer server = Create(Privacy(maxVersions: 1));
        CheckOutResponse first = await server.CheckOutAsync(new CheckOutRequest(new ClientId("a"), 1 << 20, Layout.Fingerprint), new float[3]);
        Assert.Equal((CheckOutOutcome.Busy, null), await RoundAsync(server, "b"));
        using var wrong = SparseUpdate.Create(first.Assignment!.CreateHeader(1), [1f]);
        Assert.Equal(UpdateOutcome.LengthMismatch, (await server.SubmitAsync(wrong)).Outcome);

        Assert.Equal((CheckOutOutcome.Assigned, UpdateOutcome.Published), await RoundAsync(server, "b"));
    }

    [Fact]
    public async Task An_update_of_an_earlier_assignment_is_not_accepted_beyond_the_limits()
    {
        await using FederatedServer server = Create(Privacy());
        CheckOutResponse first = await server.CheckOutAsync(new CheckOutRequest(new ClientId("a"), 1 << 20, Layout.Fingerprint), new float[3]);
        await RoundAsync(server, "a");

        using var late = SparseUpdate.Create(first.Assignment!.CreateHeader(1), [1f, 2f, 3f]);

        Assert.Equal(UpdateOutcome.ParticipationLimit, (await server.SubmitAsync(late)).Outcome);
    }

    [Fact]
    public void Importance_surveys_are_refused()
    {
        var profile = new TrainingProfile(Layout, 100, [new TrainingStep("model", 10, 20, 10, 0, [new TrainingChoice("all", [Layout.Blocks[0].Range], SavedBytes: 12)])]);
        var reselection = new ReselectionOptions { Profile = profile, Importance = new BlockImportance(Layout, 1), Probes = 3, MemoryBudgetBytes = 1000 };

        Assert.Contains("reveal private data", Assert.Throws<ArgumentException>(() => Create(Privacy(), reselection: reselection)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_number_of_probes_no_device_is_asked()
    {
        var profile = new TrainingProfile(Layout, 100, [new TrainingStep("model", 10, 20, 10, 0, [new TrainingChoice("all", [Layout.Blocks[0].Range], SavedBytes: 12)])]);
        var reselection = new ReselectionOptions { Profile = profile, Importance = new BlockImportance(Layout, 1), MemoryBudgetBytes = 1000 };
        await using FederatedServer server = Create(Privacy(), reselection: reselection);

        CheckOutResponse response = await server.CheckOutAsync(new CheckOutRequest(new ClientId("a"), 1 << 20, Layout.Fingerprint, CanProbe: true), new float[3]);

        Assert.Equal(UpdateContent.Difference, response.Assignment!.Content);
        Assert.Null(reselection.Probes);
    }

    /// <summary>After every commit, another server starts from what is durable then, as if the first one had been killed.</summary>
    [Fact]
    public async Task A_server_that_is_killed_at_any_moment_forgets_no_contribution_and_publishes_the_same_bits()
    {
        var store = new MemoryStore();
        var durable = new List<MemoryStore>();
        store.AfterCommit = () => durable.Add(store.Copy());
        var accepted = new List<(int Commits, string Client, long Version)>();
        var models = new Dictionary<long, float[]> { [0] = [0, 0, 0] };
        await using (FederatedServer server = (await ResumeAsync(store)).Server)
        {
            for (int i = 0; i < 24; i++)
            {
                string client = $"c{i % 7}";
                long version = server.Current.Version.Number;
                if ((await RoundAsync(server, client)).Submit is UpdateOutcome.Buffered or UpdateOutcome.Published)
                {
                    accepted.Add((durable.Count, client, version));
                    models[server.Current.Version.Number] = server.Current.Parameters.ToArray();
                }
            }
        }

        Assert.InRange(models.Count, 5, 11);
        for (int i = 0; i < durable.Count; i++)
        {
            (FederatedServer server, PrivateAggregator aggregator) = await ResumeAsync(durable[i].Copy());
            await using (server)
            {
                Assert.Equal(models[server.Current.Version.Number], server.Current.Parameters.ToArray());
                foreach (IGrouping<string, (int, string, long Version)> contributions in accepted.Where(a => a.Commits <= i + 1).GroupBy(a => a.Client))
                {
                    long last = contributions.Max(c => c.Version);
                    bool mayContribute = contributions.Count() < 2 && server.Current.Version.Number - last >= 2;
                    Assert.True(mayContribute || aggregator.GetParticipation(new ClientId(contributions.Key)) != ParticipationStatus.Allowed);
                }
            }
        }
    }

    [Fact]
    public async Task A_server_is_configured_with_dependency_injection()
    {
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(Start).UseSelection(ParameterSelection.Full(Layout)).UseStore(_ => new MemoryStore()).UseDifferentialPrivacy(Privacy(maxVersions: 1), PrivacyBench.OfCapacity(1));
        await using ServiceProvider provider = services.BuildServiceProvider();
        FederatedServer server = provider.GetRequiredService<FederatedServer>();

        Assert.Equal((CheckOutOutcome.Assigned, UpdateOutcome.Published), await RoundAsync(server, "a"));
        Assert.Equal((CheckOutOutcome.TrainingEnded, null), await RoundAsync(server, "b"));
        Assert.NotNull(Assert.IsType<PrivateAggregator>(provider.GetRequiredService<IAsyncAggregator>()).EndReason);
    }

    private static async Task<(FederatedServer Server, PrivateAggregator Aggregator)> ResumeAsync(MemoryStore store)
    {
        StoredRun run = await StoredRun.LoadAsync(store);
        SelectionHistory selections = run.State?.RestoreSelections() ?? new SelectionHistory(ParameterSelection.Full(Layout));
        BufferedAggregatorOptions options = PrivacyBench.OfCapacity(2);
        PrivateAggregator aggregator = run.State is { } state
            ? PrivateAggregator.Restore(state.Aggregator, Layout, selections, Privacy(), options)
            : new PrivateAggregator(Start, selections, Privacy(), options);
        return (await FederatedServer.ResumeAsync(run, aggregator, selections), aggregator);
    }
}
