using Ftte.Selection;
using Ftte.TinyEngine.Metrics;

namespace Ftte.TinyEngine.Tests;

/// <summary>A device's trainer, asked to evaluate a version on examples that it holds back.</summary>
public class TrainerEvaluationTests
{
    private static readonly Network Network = Reference.TestNetworks.All["residual"]();
    private static readonly float[] Start = Reference.TestNetworks.Parameters(Network, 3);
    private static readonly IExampleSource Examples = Reference.TestNetworks.Examples(Network, 40, 5);
    private static readonly IExampleSource HeldBack = Reference.TestNetworks.Examples(Network, 21, 6);
    private static readonly ParameterSelection Head = ParameterSelection.OfBlocks(Network.Layout, "c4.weight", "fc.weight", "fc.bias");
    private static readonly SgdOptions Options = new() { BatchSize = 6, Momentum = 0.5f, Seed = 4 };

    [Fact]
    public async Task The_update_holds_loss_and_accuracy_of_the_held_back_examples()
    {
        using var trainer = new LocalTrainer(Network, Examples, Options, heldBack: HeldBack);
        Assert.True(trainer.CanEvaluate);
        using SparseUpdate update = await trainer.EvaluateAsync(Question(), Start);

        Evaluation expected = Network.Evaluate(Start, HeldBack);
        Assert.Equal(Question().CreateHeader(21), update.Header);
        Assert.Equal([(float)expected.Loss, (float)expected.Accuracy], update.Values.ToArray());
        Assert.Equal(expected, trainer.LastEvaluation);
    }

    [Fact]
    public async Task Evaluating_changes_no_bit_of_training_whatever_features_are_kept()
    {
        var engine = new EngineOptions { MicroBatchSize = 2, CacheFrozenFeatures = true };
        using var asked = new LocalTrainer(Network, Examples, Options, engine: engine, heldBack: HeldBack);
        using var left = new LocalTrainer(Network, Examples, Options, engine: engine);
        for (ulong round = 1; round <= 3; round++)
        {
            using SparseUpdate answer = await asked.EvaluateAsync(Question(), Start);
            using SparseUpdate actual = await asked.TrainAsync(TestData.Assign(Network, Head, round), Start);
            using SparseUpdate expected = await left.TrainAsync(TestData.Assign(Network, Head, round), Start);
            Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
        }
    }

    [Fact]
    public void The_memory_of_an_evaluation_is_within_the_plan_of_training()
    {
        foreach (string name in Reference.TestNetworks.All.Keys)
        {
            Network network = Reference.TestNetworks.All[name]();
            float[] start = Reference.TestNetworks.Parameters(network, 3);
            IExampleSource heldBack = Reference.TestNetworks.Examples(network, 21, 6);
            foreach (int micro in new[] { 1, 4 })
            {
                ParameterSelection all = network.GetTrainable(NormalizationMode.Frozen);
                TrainingPlan plan = network.Plan(all, new SgdOptions { BatchSize = 4 }, new EngineOptions { MicroBatchSize = micro });
                (Evaluation result, _, long peak) = new HeldBackEvaluator(network, heldBack, new EngineOptions()).Evaluate(start, plan.PeakBytes, plan.PeakBytes, CancellationToken.None);
                Assert.InRange(peak, 1, plan.PeakBytes);
                Assert.Equal(network.Evaluate(start, heldBack), result);
            }
        }
    }

    [Fact]
    public async Task Metrics_of_the_app_follow_loss_and_accuracy()
    {
        using Predictor expected = Network.CreatePredictor(Start);
        ClassificationMetrics metrics = ClassificationMetrics.Measure(expected, HeldBack);
        using var trainer = new LocalTrainer(Network, Examples, Options, heldBack: HeldBack, metrics: (predictor, examples, stop) =>
        {
            var measured = ClassificationMetrics.Measure(predictor, examples, stop);
            return [(float)measured.Confusion.MacroF1, (float)measured.TopKAccuracy(2)];
        });
        using SparseUpdate update = await trainer.EvaluateAsync(Question(), Start);

        Evaluation evaluation = Network.Evaluate(Start, HeldBack);
        Assert.Equal([(float)evaluation.Loss, (float)evaluation.Accuracy, (float)metrics.Confusion.MacroF1, (float)metrics.TopKAccuracy(2)], update.Values.ToArray());
    }

    [Fact]
    public void The_predictor_for_metrics_of_the_app_takes_no_more_memory_than_the_evaluation()
    {
        foreach (string name in Reference.TestNetworks.All.Keys)
        {
            Network network = Reference.TestNetworks.All[name]();
            long? predictor = null;
            var evaluator = new HeldBackEvaluator(network, Reference.TestNetworks.Examples(network, 21, 6), new EngineOptions(), metrics: (given, _, _) =>
            {
                predictor = given.Plan.PeakBytes;
                return [];
            });
            foreach (long budget in new[] { long.MaxValue, network.Plan(network.Trainable, batchSize: 1).PeakBytes })
            {
                (_, _, long peak) = evaluator.Evaluate(Reference.TestNetworks.Parameters(network, 3), budget, budget, CancellationToken.None);
                Assert.InRange(predictor!.Value, 1, peak);
            }
        }
    }

    [Fact]
    public async Task A_budget_too_small_for_one_example_is_one_clear_error()
    {
        using var trainer = new LocalTrainer(Network, Examples, Options, heldBack: HeldBack);

        BudgetTooSmallException error = await Assert.ThrowsAsync<BudgetTooSmallException>(async () => await trainer.EvaluateAsync(Question() with { MemoryBudgetBytes = 100 }, Start));

        Assert.Contains("Evaluating one example at a time takes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_supplied_for_training_serves_for_evaluating()
    {
        var engine = new EngineOptions { Memory = new byte[200_000] };
        using var trainer = new LocalTrainer(Network, Examples, Options, engine: engine, heldBack: HeldBack);
        using SparseUpdate trained = await trainer.TrainAsync(TestData.Assign(Network, Head), Start);
        using SparseUpdate update = await trainer.EvaluateAsync(Question(), Start);

        Assert.Equal((float)Network.Evaluate(Start, HeldBack).Loss, update.Values.Span[0]);
    }

    [Fact]
    public async Task Without_held_back_examples_a_trainer_does_not_evaluate()
    {
        using var trainer = new LocalTrainer(Network, Examples, Options);
        Assert.False(trainer.CanEvaluate);

        Assert.Contains("no held-back examples", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await trainer.EvaluateAsync(Question(), Start))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canceled_evaluation_sends_nothing()
    {
        using var trainer = new LocalTrainer(Network, Examples, Options, heldBack: HeldBack);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await trainer.EvaluateAsync(Question(), Start, new CancellationToken(canceled: true)));
        using SparseUpdate after = await trainer.EvaluateAsync(Question(), Start);
    }

    private static TrainingAssignment Question() => TestData.Assign(Network, Head, 7, UpdateContent.Evaluation);
}
