using System.Buffers;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests;

/// <summary>A trainer keeps the memory budget of its device.</summary>
public class MemoryBudgetTests
{
    private static readonly Network Network = TestNetworks.All["residual"]();
    private static readonly ParameterSelection Selection = ParameterSelection.OfBlocks(Network.Layout, "c4.weight", "c4.bias", "fc.weight");
    private static readonly IExampleSource Examples = TestNetworks.Examples(Network, 40, seed: 2);
    private static readonly SgdOptions Options = new() { BatchSize = 16 };
    private static readonly float[] Start = TestNetworks.Parameters(Network, 3);
    private static readonly TrainingPlan Whole = Network.Plan(Selection, Options);
    private static readonly long Least = Micros().Min(micro => Network.Plan(Selection, Options, new EngineOptions { MicroBatchSize = micro }).PeakBytes);

    [Fact]
    public void Every_budget_from_the_smallest_plan_on_is_kept_and_gives_the_same_bits()
    {
        float[] expected = Train(budget: null, out TrainingPlan plan);
        Assert.Equal((16, Whole.PeakBytes), (plan.MicroBatchSize, plan.PeakBytes));
        for (long budget = Least; budget <= Whole.PeakBytes; budget += Math.Max(1, (Whole.PeakBytes - Least) / 17))
        {
            Assert.Equal(expected, Train(budget, out plan));
            Assert.InRange(plan.PeakBytes, 0, budget);
        }
    }

    [Fact]
    public void The_largest_micro_batch_that_fits_is_taken()
    {
        Train(Whole.PeakBytes, out TrainingPlan whole);
        Train(Whole.PeakBytes - 1, out TrainingPlan less);
        Assert.Equal(16, whole.MicroBatchSize);
        int largest = Micros().First(micro => Network.Plan(Selection, Options, new EngineOptions { MicroBatchSize = micro }).PeakBytes < Whole.PeakBytes);
        Assert.Equal(largest, less.MicroBatchSize);
    }

    [Fact]
    public void A_budget_below_the_smallest_plan_is_refused_with_both_numbers_before_memory_is_taken()
    {
        using var pool = new NoPool();
        using var trainer = new LocalTrainer(Network, Examples, Options, pool);
        TrainingAssignment assignment = TestData.Assign(Network, Selection) with { MemoryBudgetBytes = Least - 1 };

        var refusal = Assert.Throws<BudgetTooSmallException>(() => { _ = trainer.TrainAsync(assignment, Start).AsTask(); });

        Assert.Equal((Least - 1, Least), (refusal.Available, refusal.Required));
        Assert.Contains($"at least {Least} bytes of memory, but the budget of the device is {Least - 1}", refusal.Message, StringComparison.Ordinal);
        Assert.Null(trainer.Plan);
    }

    [Fact]
    public async Task Supplied_memory_that_holds_only_a_smaller_micro_batch_is_used_for_it()
    {
        long arena = Network.Plan(Selection, Options, new EngineOptions { MicroBatchSize = 2 }).ArenaBytes;
        using var trainer = new LocalTrainer(Network, Examples, Options, engine: new EngineOptions { Memory = new byte[arena + 64] });
        using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Network, Selection), Start);
        Assert.Equal(Train(budget: null, out _), update.Values.ToArray());
        Assert.InRange(trainer.Plan!.ArenaBytes, 0, arena);

        using var tooSmall = new LocalTrainer(Network, Examples, Options, engine: new EngineOptions { Memory = new byte[100] });
        Assert.Contains("supplied memory has 100 bytes", Assert.Throws<ArgumentException>(() => { _ = tooSmall.TrainAsync(TestData.Assign(Network, Selection), Start).AsTask(); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mapped_parameters_are_not_counted_and_give_the_same_bits_measurements_included()
    {
        long vector = sizeof(float) * (long)Network.Layout.ParameterCount;
        var mapped = new EngineOptions { ParametersAreMapped = true };
        TrainingPlan plan = Network.Plan(Selection, Options, mapped);
        Assert.Equal((0, Whole.PeakBytes - vector, Whole.ArenaBytes), (plan.ParameterBytes, plan.PeakBytes, plan.ArenaBytes));
        Assert.Equal(Network.Profile(Options).ResidentBytes - vector, Network.Profile(Options, mapped).ResidentBytes);

        long budget = Least - vector;
        using var trainer = new LocalTrainer(Network, Examples, Options, engine: mapped, heldBack: Examples);
        using var plain = new LocalTrainer(Network, Examples, Options, heldBack: Examples);
        TrainingAssignment assignment = TestData.Assign(Network, Selection);
        using SparseUpdate update = await trainer.TrainAsync(assignment with { MemoryBudgetBytes = budget }, Start);
        Assert.Equal(Train(budget: null, out _), update.Values.ToArray());
        Assert.InRange(trainer.Plan!.PeakBytes, 0, budget);

        // Without the vector, a probe and an evaluation have the memory that they would have with it and a larger budget.
        using SparseUpdate importance = await trainer.ProbeAsync(assignment with { Content = UpdateContent.Importance }, Start, budget);
        using SparseUpdate expected = await plain.ProbeAsync(assignment with { Content = UpdateContent.Importance }, Start, Least);
        Assert.Equal(expected.Values.ToArray(), importance.Values.ToArray());
        Assert.Equal(plain.LastProbe!.Groups.Select(group => group with { PeakBytes = group.PeakBytes - vector }), trainer.LastProbe!.Groups);
        using SparseUpdate quality = await trainer.EvaluateAsync(assignment with { Content = UpdateContent.Evaluation, MemoryBudgetBytes = budget }, Start);
    }

    [Fact]
    public async Task A_client_hands_its_budget_to_the_trainer()
    {
        var selections = new SelectionHistory(Selection);
        await using var server = new FederatedServer(new BufferedAggregator(new ModelSnapshot(Network.Layout, default, Start), selections, new() { Capacity = 1 }), selections);
        using var trainer = new LocalTrainer(Network, Examples, Options);

        var fits = new FederatedClient(server, trainer, new FederatedClientOptions { ClientId = new ClientId("a"), MemoryBudgetBytes = Least });
        Assert.True((await fits.RunOnceAsync()).Receipt!.Value.IsAccepted);
        Assert.InRange(trainer.Plan!.PeakBytes, 0, Least);

        var small = new FederatedClient(server, trainer, new FederatedClientOptions { ClientId = new ClientId("b"), MemoryBudgetBytes = Least - 1 });
        await Assert.ThrowsAsync<BudgetTooSmallException>(async () => await small.RunOnceAsync());
    }

    private static IEnumerable<int> Micros() => [16, 8, 4, 2, 1];

    private static float[] Train(long? budget, out TrainingPlan plan)
    {
        using var trainer = new LocalTrainer(Network, Examples, Options);
        using SparseUpdate update = trainer.TrainAsync(TestData.Assign(Network, Selection) with { MemoryBudgetBytes = budget }, Start).AsTask().GetAwaiter().GetResult();
        plan = trainer.Plan!;
        return update.Values.ToArray();
    }

    private sealed class NoPool : MemoryPool<float>
    {
        public override int MaxBufferSize => int.MaxValue;

        public override IMemoryOwner<float> Rent(int minBufferSize = -1) => throw new InvalidOperationException("Memory was taken.");

        protected override void Dispose(bool disposing)
        {
        }
    }
}
