using Ftte.Aggregation;
using Ftte.PublicApi.Tests.Outsider;
using Ftte.Selection;
using Microsoft.Extensions.DependencyInjection;

namespace Ftte.PublicApi.Tests;

/// <summary>Parts from outside and parts of the library, put together: check out, train, submit, publish.</summary>
public class CompositionTests
{
    private static readonly ParameterSelection Head = new FromTheTop().Select(new SelectionRequest(Model.Profile, Model.Importance, 130)).Selection;
    private static readonly float[][] Targets = [[9, 9, 9, 9, 3, 0, 6], [9, 9, 9, 9, 6, 0, 0], [9, 9, 9, 9, 0, 3, 0]];

    // What was not selected stays; what was is the mean of the targets.
    private static readonly float[] Mean = [1, 1, 1, 1, 3, 1, 2];

    [Fact]
    public async Task A_round_by_hand_with_nothing_but_parts_from_outside()
    {
        var selections = new SelectionHistory(Head);
        var aggregator = new RunningAverage(Model.Start, selections, new HalfLife(versions: 1));
        using var server = new PlainServer(aggregator, selections);
        foreach (float[] target in Targets)
        {
            await RoundAsync(server, new PullTrainer(Model.Layout, target), "device");
        }

        Assert.Equal(new ModelVersion(3), aggregator.Current.Version);
        AssertClose(Mean, aggregator.Current);
    }

    [Fact]
    public async Task The_librarys_server_and_devices_run_an_aggregator_from_outside()
    {
        var selections = new SelectionHistory(Head);
        await using var server = new FederatedServer(new RunningAverage(Model.Start, selections, new HalfLife(1)), selections);
        var link = new CountingLink(server);
        for (int i = 0; i < Targets.Length; i++)
        {
            var client = new FederatedClient(link, new PullTrainer(Model.Layout, Targets[i]), new() { ClientId = new ClientId($"device-{i}"), MemoryBudgetBytes = 130 });
            ClientRound round = await client.RunOnceAsync();
            Assert.Equal(UpdateOutcome.Published, round.Receipt?.Outcome);
            Assert.Equal(1, round.Receipt?.Weight);
        }

        Assert.Equal((3, 3), (link.CheckOuts, link.Submissions));
        AssertClose(Mean, server.Current);
    }

    [Fact]
    public async Task The_librarys_aggregator_weighs_by_a_rule_from_outside()
    {
        var selections = new SelectionHistory(Head);
        var aggregator = new BufferedAggregator(Model.Start, selections, new() { Capacity = 1, Weighting = new HalfLife(versions: 2), NormClip = null });
        await using var server = new FederatedServer(aggregator, selections);
        float[] parameters = new float[Model.Layout.ParameterCount];
        CheckOutResponse early = await server.CheckOutAsync(Model.Device("slow"), parameters);
        for (int i = 0; i < 4; i++)
        {
            await RoundAsync(server, new PullTrainer(Model.Layout, 9, 9, 9, 9, 1, 1, 1), "fast");
        }

        using SparseUpdate update = await new PullTrainer(Model.Layout, 0, 0, 0, 0, 8, 8, 8).TrainAsync(early.Assignment!, Model.Start.Parameters);
        UpdateReceipt receipt = await server.SubmitAsync(update);
        Assert.Equal(new UpdateReceipt(UpdateOutcome.Published, new ModelVersion(5), Weight: 0.25), receipt);
        AssertClose([1, 1, 1, 1, 3, 3, 3], server.Current);
    }

    [Fact]
    public async Task A_receipt_that_is_lost_on_the_way_does_not_count_the_update_twice()
    {
        var selections = new SelectionHistory(Head);
        await using var server = new FederatedServer(new RunningAverage(Model.Start, selections, new HalfLife(1)), selections);
        var link = new CountingLink(server, breakEvery: 2);
        var time = new ImpatientTime();
        for (int i = 0; i < Targets.Length; i++)
        {
            FederatedClientOptions options = new() { ClientId = new ClientId($"device-{i}"), MemoryBudgetBytes = 130 };
            ClientRound round = await new FederatedClient(link, new PullTrainer(Model.Layout, Targets[i]), options, time).RunOnceAsync();
            Assert.True(round.Receipt?.IsAccepted);
        }

        Assert.True(link.Submissions > Targets.Length);
        AssertClose(Mean, server.Current);
    }

    [Fact]
    public async Task The_librarys_server_asks_devices_and_chooses_with_a_selector_from_outside()
    {
        var selections = new SelectionHistory(Head);
        var reselection = new ReselectionOptions
        {
            Selector = new FromTheTop(),
            Profile = Model.Profile,
            Importance = Model.Importance,
            EveryVersions = 2,
            Probes = 2,
            MemoryBudgetBytes = 1000,
        };
        await using var server = new FederatedServer(new RunningAverage(Model.Start, selections, new HalfLife(1)), selections, reselection: reselection);
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < 2; i++)
            {
                var client = new FederatedClient(server, new AskedTrainer(Model.Layout, Targets[i]), new() { ClientId = new ClientId($"device-{i}"), MemoryBudgetBytes = 1000 });
                UpdateOutcome expected = round is 0 or 2 ? UpdateOutcome.Surveyed : UpdateOutcome.Published;
                Assert.Equal(expected, (await client.RunOnceAsync()).Receipt?.Outcome);
            }
        }

        Assert.Equal(new ModelVersion(4), server.Current.Version);
        Assert.True(server.LatestSelection!.Selection.IsFull);
        Assert.Equal(server.LatestSelection.Selection, selections.Current.Selection);
        Assert.Equal(1000 - server.LatestSelection.Certificate.Timeline.PeakBytes, server.LatestSelection.Certificate.MemorySlackBytes);
    }

    [Fact]
    public async Task An_outsiders_trainer_evaluates_versions()
    {
        var closed = new List<FederatedEvaluation>();
        var selections = new SelectionHistory(Head);
        await using var server = new FederatedServer(
            new RunningAverage(Model.Start, selections, new HalfLife(1)), selections, evaluation: new() { Devices = 2, GroupOf = client => client.Value[^1..], Evaluated = closed.Add });
        for (int i = 0; i < 2; i++)
        {
            var client = new FederatedClient(server, new AskedTrainer(Model.Layout, Targets[i]), new() { ClientId = new ClientId($"device-{i}"), MemoryBudgetBytes = 1000, Role = ClientRole.EvaluateOnly });
            Assert.Equal(UpdateOutcome.Evaluated, (await client.RunOnceAsync()).Receipt?.Outcome);
            Assert.Equal(CheckOutOutcome.Busy, (await client.RunOnceAsync()).Outcome);
        }

        FederatedEvaluation evaluation = Assert.Single(closed);
        Assert.Equal(["0", "1"], evaluation.Groups.AsEnumerable());
        Assert.Equal(2, evaluation.GetStatistics("loss")!.Count);
        Assert.Same(Model.Start, server.BestModel);
    }

    [Fact]
    public async Task Every_outsiders_part_can_be_registered()
    {
        var services = new ServiceCollection();
        services.AddFtteServer()
            .UseModel(Model.Start)
            .UseSelection(Head)
            .UseAggregator(p => new RunningAverage(p.GetRequiredService<ModelSnapshot>(), p.GetRequiredService<SelectionHistory>(), new HalfLife(1)));
        services.AddFtteClient(o => (o.ClientId, o.MemoryBudgetBytes) = (new ClientId("device"), 130))
            .UseTrainer(_ => new PullTrainer(Model.Layout, Targets[0]))
            .UseServer(p => new CountingLink(p.GetRequiredService<FederatedServer>()));
        await using ServiceProvider provider = services.BuildServiceProvider();
        ClientRound round = await provider.GetRequiredService<FederatedClient>().RunOnceAsync();
        Assert.Equal(UpdateOutcome.Published, round.Receipt?.Outcome);
        AssertClose([1, 1, 1, 1, 3, 0, 6], provider.GetRequiredService<FederatedServer>().Current);
    }

    [Fact]
    public async Task An_update_from_outside_that_is_broken_comes_back_with_the_reason()
    {
        var selections = new SelectionHistory(Head);
        using var server = new PlainServer(new RunningAverage(Model.Start, selections, new HalfLife(1)), selections);
        TrainingAssignment assignment = (await server.CheckOutAsync(Model.Device("device"), new float[Model.Layout.ParameterCount])).Assignment!;
        UpdateHeader header = assignment.CreateHeader(exampleCount: 1);
        Assert.Equal(UpdateOutcome.LengthMismatch, await OutcomeAsync(header, 1, 2));
        Assert.Equal(UpdateOutcome.NotFinite, await OutcomeAsync(header, 1, 2, float.NaN));
        Assert.Equal(UpdateOutcome.UnknownSelection, await OutcomeAsync(header with { SelectionVersion = new SelectionVersion(7) }, 1, 2, 3));
        Assert.Equal(UpdateOutcome.LayoutMismatch, await OutcomeAsync(header with { LayoutFingerprint = 1 }, 1, 2, 3));
        Assert.Equal(UpdateOutcome.Published, await OutcomeAsync(header, 1, 2, 3));

        async Task<UpdateOutcome> OutcomeAsync(UpdateHeader header, params float[] values)
        {
            using var update = SparseUpdate.Create(header, values);
            return (await server.SubmitAsync(update)).Outcome;
        }
    }

    private static async Task RoundAsync(IFederatedServer server, PullTrainer trainer, string device)
    {
        float[] parameters = new float[trainer.Layout.ParameterCount];
        CheckOutResponse checkOut = await server.CheckOutAsync(Model.Device(device), parameters);
        Assert.Equal(CheckOutOutcome.Assigned, checkOut.Outcome);
        using SparseUpdate update = await trainer.TrainAsync(checkOut.Assignment!, parameters);
        UpdateReceipt receipt = await server.SubmitAsync(update);
        Assert.Equal(UpdateOutcome.Published, receipt.Outcome);
    }

    private static void AssertClose(float[] expected, ModelSnapshot actual) =>
        Assert.All(expected.Zip(actual.Parameters.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
}
