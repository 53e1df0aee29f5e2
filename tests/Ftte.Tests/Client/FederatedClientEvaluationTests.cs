using static Ftte.Tests.ClientBench;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A device that is asked to evaluate a version.</summary>
public sealed class FederatedClientEvaluationTests
{
    [Fact]
    public async Task A_version_is_evaluated_and_the_metrics_are_sent_instead_of_training()
    {
        (ClientBench bench, ScriptedEvaluator evaluator) = Evaluating();
        bench.Receipts(() => Receipt(UpdateOutcome.Evaluated));

        ClientRound round = await bench.Client.RunOnceAsync();

        Assert.True(round.IsAccepted);
        CheckOutRequest device = Assert.Single(bench.Server.Devices);
        Assert.True(device.CanEvaluate);
        Assert.False(device.NeverTrains);
        TrainingAssignment assignment = Assert.Single(evaluator.Assignments);
        Assert.Equal(4096, assignment.MemoryBudgetBytes);
        Assert.Empty(evaluator.Training.Assignments);
        (UpdateHeader header, float[] values) = Assert.Single(bench.Server.Updates);
        Assert.Equal(assignment.CreateHeader(4), header);
        Assert.Equal([2, 0.5f], values);
        Assert.Equal(0, evaluator.Training.Pool.Outstanding);
    }

    [Fact]
    public async Task A_trainer_without_held_back_examples_and_one_that_cannot_evaluate_do_not_offer_it()
    {
        (ClientBench bench, ScriptedEvaluator evaluator) = Evaluating(asked: UpdateContent.Difference);
        evaluator.CanEvaluate = false;
        await bench.Client.RunOnceAsync();
        Assert.False(Assert.Single(bench.Server.Devices).CanEvaluate);

        var plain = new ClientBench();
        await plain.Client.RunOnceAsync();
        Assert.False(Assert.Single(plain.Server.Devices).CanEvaluate);
    }

    [Fact]
    public async Task A_client_that_opted_out_does_not_offer_it_and_does_not_evaluate()
    {
        (ClientBench bench, ScriptedEvaluator evaluator) = Evaluating(o => o.Role = ClientRole.TrainOnly);

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await bench.Client.RunOnceAsync());

        Assert.Contains("to evaluate, which this device does not support", error.Message, StringComparison.Ordinal);
        Assert.False(Assert.Single(bench.Server.Devices).CanEvaluate);
        Assert.Empty(evaluator.Assignments);
    }

    [Fact]
    public async Task A_client_that_only_evaluates_states_it_and_never_trains()
    {
        (ClientBench bench, ScriptedEvaluator evaluator) = Evaluating(o => o.Role = ClientRole.EvaluateOnly, asked: UpdateContent.Difference);

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await bench.Client.RunOnceAsync());

        Assert.Contains("to train, which this device does not support", error.Message, StringComparison.Ordinal);
        Assert.True(Assert.Single(bench.Server.Devices) is { CanEvaluate: true, NeverTrains: true });
        Assert.Empty(evaluator.Training.Assignments);
        Assert.Throws<ArgumentException>("trainer", () => new ClientBench(o => o.Role = ClientRole.EvaluateOnly));
        Assert.Throws<ArgumentOutOfRangeException>("Role", () => new ClientBench(o => o.Role = (ClientRole)3));
    }

    [Theory]
    [InlineData(UpdateContent.Difference)]
    [InlineData(UpdateContent.Importance)]
    public async Task An_answer_to_another_question_is_not_sent(UpdateContent answered)
    {
        (ClientBench bench, ScriptedEvaluator evaluator) = Evaluating();
        evaluator.OnHeader = assignment => assignment.CreateHeader(1) with { Content = answered };

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await bench.Client.RunOnceAsync());

        Assert.Empty(bench.Server.Updates);
        Assert.Equal(0, evaluator.Training.Pool.Outstanding);
    }

    private static (ClientBench Bench, ScriptedEvaluator Evaluator) Evaluating(Action<FederatedClientOptions>? configure = null, UpdateContent asked = UpdateContent.Evaluation)
    {
        var evaluator = new ScriptedEvaluator(Layout);
        var bench = new ClientBench(configure, trainer: evaluator);
        bench.Server.OnCheckOut = (device, parameters) =>
        {
            CheckOutResponse answer = bench.Assign(device, parameters);
            return answer with { Assignment = answer.Assignment! with { Content = asked } };
        };
        return (bench, evaluator);
    }
}
