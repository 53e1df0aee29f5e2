using Ftte.Aggregation;
using Ftte.DependencyInjection;
using Ftte.Selection;
using Microsoft.Extensions.DependencyInjection;

namespace Ftte.TinyEngine.Tests;

/// <summary>A server that selects what the devices can train.</summary>
public sealed class FtteServerBuilderExtensionsTests
{
    private const long Budget = 100 * 1024;

    private static readonly Network Digits = NetworkZoo.Create("digits");

    [Fact]
    public async Task A_device_with_the_stated_memory_trains_what_the_server_assigns_and_one_with_less_gets_no_work()
    {
        await using ServiceProvider provider = Build(Budget);
        var server = provider.GetRequiredService<FederatedServer>();
        ParameterSelection selection = provider.GetRequiredService<SelectionHistory>().Current.Selection;
        Assert.InRange(selection.Count, 1, Digits.Trainable.Count - 1);
        float[] parameters = new float[Digits.Layout.ParameterCount];

        TrainingAssignment assignment = (await server.CheckOutAsync(Device("a", Budget), parameters)).Assignment!;
        using var trainer = new LocalTrainer(Digits, Examples(seed: 1), new SgdOptions());
        using SparseUpdate update = await trainer.TrainAsync(assignment with { MemoryBudgetBytes = Budget }, parameters);

        Assert.Equal(selection, assignment.Selection);
        Assert.Equal(UpdateOutcome.Buffered, (await server.SubmitAsync(update)).Outcome);
        Assert.Equal(CheckOutOutcome.NotEnoughMemory, (await server.CheckOutAsync(Device("small", Budget / 2), parameters)).Outcome);
    }

    [Fact]
    public async Task The_selection_follows_the_memory_and_the_importance_that_devices_report()
    {
        await using ServiceProvider provider = Build(Budget, capacity: 1);
        var server = provider.GetRequiredService<FederatedServer>();
        using var trainer = new LocalTrainer(Digits, Examples(seed: 1), new SgdOptions());
        var weak = new FederatedClient(server, trainer, new FederatedClientOptions { ClientId = new ClientId("weak"), MemoryBudgetBytes = Budget * 3 / 4 });
        Assert.Equal(CheckOutOutcome.NotEnoughMemory, (await weak.RunOnceAsync()).Outcome);

        // Fifty versions later, the server selects again.
        var strong = new FederatedClient(server, trainer, new FederatedClientOptions { ClientId = new ClientId("strong"), MemoryBudgetBytes = Budget });
        ClientRound round = await strong.RunOnceAsync();
        Assert.Equal(UpdateOutcome.Surveyed, round.Receipt?.Outcome);
        while (server.Current.Version.Number < 50)
        {
            round = await strong.RunOnceAsync();
            Assert.True(round.IsAccepted);
        }

        SelectionHistory selections = provider.GetRequiredService<SelectionHistory>();
        Assert.Equal(1, selections.Current.Version.Number);
        Assert.InRange(Digits.Plan(selections.Current.Selection, new SgdOptions(), new EngineOptions { MicroBatchSize = 1 }).PeakBytes, 1, Budget * 3 / 4);
        Assert.True((await weak.RunOnceAsync()).IsAccepted);
    }

    [Fact]
    public void A_budget_in_which_nothing_can_be_trained_is_refused_with_the_minimum()
    {
        FtteServerBuilder builder = new ServiceCollection().AddFtteServer();

        long required = Assert.Throws<BudgetTooSmallException>(() => builder.UseFittedSelection(Digits, 1024)).Required;

        Assert.NotNull(builder.UseFittedSelection(Digits, required));
    }

    [Fact]
    public async Task What_is_selected_fits_devices_whatever_their_batch_size()
    {
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(new ModelSnapshot(Digits.Layout, default, Digits.Initialize(1))).UseFittedSelection(Digits, Budget, new SgdOptions { BatchSize = 1 });
        await using ServiceProvider provider = services.BuildServiceProvider();

        ParameterSelection selection = provider.GetRequiredService<SelectionHistory>().Current.Selection;

        Assert.All([1, 2, 10], batch => Assert.InRange(
            Digits.Plan(selection, new SgdOptions { BatchSize = batch }, new EngineOptions { MicroBatchSize = 1 }).PeakBytes, 1, Budget));
    }

    [Fact]
    public async Task With_the_statistics_of_batches_whole_batches_and_their_statistics_are_planned()
    {
        Network network = NetworkZoo.ResNet8(normalization: NormalizationKind.Batch);
        var options = new SgdOptions { Normalization = NormalizationMode.Batch, BatchSize = 4 };
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(new ModelSnapshot(network.Layout, default, network.Initialize(1))).UseFittedSelection(network, 4 << 20, options);
        await using ServiceProvider provider = services.BuildServiceProvider();

        ParameterSelection selection = provider.GetRequiredService<SelectionHistory>().Current.Selection;

        Assert.Equal(selection, selection.Union(network.Statistics));
        Assert.InRange(network.Plan(selection, options).PeakBytes, 1, 4 << 20);
    }

    private static ServiceProvider Build(long budget, int capacity = 10)
    {
        var services = new ServiceCollection();
        services.AddFtteServer()
            .UseModel(new ModelSnapshot(Digits.Layout, default, Digits.Initialize(1)))
            .UseFittedSelection(Digits, budget)
            .UseAggregator(new BufferedAggregatorOptions { Capacity = capacity });
        return services.BuildServiceProvider();
    }

    private static CheckOutRequest Device(string client, long memoryBudgetBytes) => new(new ClientId(client), memoryBudgetBytes, Digits.Layout.Fingerprint);

    private static ArrayExamples Examples(int seed)
    {
        const int Count = 20;
        var random = new Random(seed);
        float[] inputs = [.. Enumerable.Range(0, Count * Digits.InputLength).Select(_ => random.NextSingle())];
        int[] labels = [.. Enumerable.Range(0, Count).Select(i => i % Digits.ClassCount)];
        return new ArrayExamples(inputs, labels, Digits.InputLength);
    }
}
