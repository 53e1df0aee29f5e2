using Ftte.TinyEngine.Importance;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests.Importance;

/// <summary>A device's trainer that measures the importance of each block.</summary>
public class TrainerProbeTests
{
    private static readonly Network Network = TestNetworks.All["residual"]();
    private static readonly float[] Start = TestNetworks.Parameters(Network, 3);
    private static readonly IExampleSource Examples = TestNetworks.Examples(Network, 40, 5);
    private static readonly ParameterSelection Head = ParameterSelection.OfBlocks(Network.Layout, "c4.weight", "fc.weight", "fc.bias");
    private static readonly SgdOptions Options = new() { BatchSize = 6, Momentum = 0.5f, Seed = 4 };

    private static TrainingAssignment Question(ulong update) => TestData.Assign(Network, Head, update, UpdateContent.Importance);

    [Fact]
    public async Task The_update_holds_the_share_of_each_block()
    {
        using var trainer = new LocalTrainer(Network, Examples, Options);
        using SparseUpdate update = await ((IImportanceProbe)trainer).ProbeAsync(Question(7), Start, long.MaxValue);
        Assert.Equal(Question(7).CreateHeader(32), update.Header);
        Assert.Equal(Network.Layout.Blocks.Length, update.Values.Length);
        ProbeResult expected = new GradientEnergyProbe(Network).Measure(Start, Examples, SplitMix64.At(4, 7));
        Assert.Equal(expected.Importance.Values.AsEnumerable(), trainer.LastProbe!.Importance.Values);
        double sum = expected.Importance.Values.Sum();
        Assert.All(update.Values.ToArray().Zip(expected.Importance.Values), p => Assert.Equal(p.Second / sum, p.First, 1e-6));
    }

    [Fact]
    public async Task Being_asked_changes_no_bit_of_training()
    {
        var engine = new EngineOptions { MicroBatchSize = 2, CacheFrozenFeatures = true };
        using var asked = new LocalTrainer(Network, Examples, Options, engine: engine);
        using var left = new LocalTrainer(Network, Examples, Options, engine: engine);
        for (ulong round = 1; round <= 3; round++)
        {
            using SparseUpdate answer = await asked.ProbeAsync(Question(10 + round), Start, long.MaxValue);
            using SparseUpdate actual = await asked.TrainAsync(TestData.Assign(Network, Head, round), Start);
            using SparseUpdate expected = await left.TrainAsync(TestData.Assign(Network, Head, round), Start);
            Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
            Assert.Equal(left.LastRun, asked.LastRun);
        }
    }

    [Fact]
    public async Task Training_keeps_its_plan_and_a_probe_before_any_training_makes_none()
    {
        using var trainer = new LocalTrainer(Network, Examples, Options);
        using SparseUpdate first = await trainer.ProbeAsync(Question(1), Start, long.MaxValue);
        Assert.Null(trainer.Plan);
        using SparseUpdate trained = await trainer.TrainAsync(TestData.Assign(Network, Head), Start);
        TrainingPlan plan = trainer.Plan!;
        using SparseUpdate second = await trainer.ProbeAsync(Question(1), Start, long.MaxValue);
        using SparseUpdate again = await trainer.TrainAsync(TestData.Assign(Network, Head), Start);
        Assert.Same(plan, trainer.Plan);
    }

    [Fact]
    public async Task The_examples_are_the_first_that_training_would_take()
    {
        var examples = new RecordingExamples(Examples);
        using var trainer = new LocalTrainer(Network, examples, Options, probe: new ProbeOptions { MaxExamples = 6 });
        using SparseUpdate probed = await trainer.ProbeAsync(Question(3), Start, long.MaxValue);
        int[] read = [.. examples.Indices];
        examples.Indices.Clear();
        using SparseUpdate trained = await trainer.TrainAsync(TestData.Assign(Network, Head, update: 3), Start);
        Assert.Equal(examples.Indices.Take(6), read);
    }

    [Fact]
    public async Task The_budget_of_the_device_is_kept_whatever_it_was_before()
    {
        TrainingPlan head = Network.Plan(ParameterSelection.OfBlocks(Network.Layout, "fc.weight"), batchSize: 1);
        using var trainer = new LocalTrainer(Network, Examples, Options);
        foreach (long budget in new[] { long.MaxValue, head.PeakBytes - head.TrainedBytes, long.MaxValue })
        {
            using SparseUpdate update = await trainer.ProbeAsync(Question(3), Start, budget);
            Assert.InRange(trainer.LastProbe!.PeakBytes, 1, budget);
            Assert.Equal(budget == long.MaxValue, trainer.LastProbe.UnprobedBlocks.IsEmpty);
        }
    }

    [Fact]
    public async Task The_budget_of_the_options_is_kept_and_what_does_not_fit_is_reported()
    {
        TrainingPlan head = Network.Plan(ParameterSelection.OfBlocks(Network.Layout, "fc.weight"), batchSize: 1);
        long budget = head.PeakBytes - head.TrainedBytes;
        using var trainer = new LocalTrainer(Network, Examples, Options, probe: new ProbeOptions { MemoryBudgetBytes = budget });
        using SparseUpdate update = await trainer.ProbeAsync(Question(3), Start, long.MaxValue);
        Assert.InRange(trainer.LastProbe!.PeakBytes, 1, budget);
        Assert.NotEmpty(trainer.LastProbe.UnprobedBlocks);
        Assert.All(trainer.LastProbe.UnprobedBlocks, b => Assert.Equal(0, update.Values.Span[Network.Layout.Blocks.IndexOf(b)]));
        Assert.Equal(1, update.Values.ToArray().Sum(), 1e-6);
    }

    [Fact]
    public async Task Memory_supplied_for_training_serves_for_probing()
    {
        var engine = new EngineOptions { Memory = new byte[200_000] };
        using var supplied = new LocalTrainer(Network, Examples, Options, engine: engine);
        using var native = new LocalTrainer(Network, Examples, Options);
        using SparseUpdate trained = await supplied.TrainAsync(TestData.Assign(Network, Head), Start);
        using SparseUpdate actual = await supplied.ProbeAsync(Question(2), Start, long.MaxValue);
        using SparseUpdate expected = await native.ProbeAsync(Question(2), Start, long.MaxValue);
        Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
    }

    [Fact]
    public async Task Gradients_whose_squares_no_float_holds_still_have_shares()
    {
        Network network = Network.Build(3).Linear("fc", 2).MeanSquaredError();
        var examples = new Huge();
        using var trainer = new LocalTrainer(network, examples);
        using SparseUpdate update = await trainer.ProbeAsync(TestData.Assign(network, ParameterSelection.Full(network.Layout)), network.Initialize(1), long.MaxValue);
        Assert.True(trainer.LastProbe!.Importance.Values[0] > float.MaxValue);
        Assert.True(update.Moments.IsFinite);
        Assert.Equal(1, update.Values.ToArray().Sum(), 1e-6);
    }

    [Fact]
    public async Task Where_nothing_has_a_gradient_nothing_has_a_share()
    {
        using var trainer = new LocalTrainer(Network, Examples, probe: new ProbeOptions { MemoryBudgetBytes = 0 });
        using SparseUpdate update = await trainer.ProbeAsync(Question(1), Start, long.MaxValue);
        Assert.All(update.Values.ToArray(), v => Assert.Equal(0, v));
    }

    [Fact]
    public async Task A_cancelled_token_gives_a_cancelled_task()
    {
        using var trainer = new LocalTrainer(Network, Examples);
        ValueTask<SparseUpdate> task = trainer.ProbeAsync(Question(1), Start, long.MaxValue, new CancellationToken(canceled: true));
        Assert.True(task.IsCanceled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await task);
    }

    [Fact]
    public void A_wrong_layout_or_vector_or_a_disposed_trainer_is_refused()
    {
        var trainer = new LocalTrainer(Network, Examples);
        Assert.Throws<ArgumentException>(() => { _ = trainer.ProbeAsync(Question(1) with { LayoutFingerprint = 1 }, Start, long.MaxValue).AsTask(); });
        Assert.Throws<ArgumentException>(() => { _ = trainer.ProbeAsync(Question(1), Start.AsMemory(1), long.MaxValue).AsTask(); });
        trainer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => { _ = trainer.ProbeAsync(Question(1), Start, long.MaxValue).AsTask(); });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalTrainer(Network, Examples, probe: new ProbeOptions { MaxExamples = 0 }));
    }

    private sealed class Huge : ITargetSource
    {
        public int Count => 2;

        public int InputLength => 3;

        public int TargetLength => 2;

        public int CopyTo(int index, Span<float> input)
        {
            input.Fill(1e15f);
            return 0;
        }

        public void CopyTargetTo(int index, ulong draw, Span<float> target) => target.Fill(1e15f);
    }
}
