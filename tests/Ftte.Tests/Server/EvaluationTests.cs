using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>Devices evaluate versions on examples that they hold back.</summary>
public sealed class EvaluationTests
{
    private readonly List<FederatedEvaluation> _closed = [];

    [Fact]
    public async Task The_first_version_is_evaluated_and_the_last_requested_answer_closes_the_evaluation()
    {
        await using ServerBench bench = Evaluating(devices: 3);
        TrainingAssignment[] asked = [await Ask(bench, "a"), await Ask(bench, "b"), await Ask(bench, "c")];
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Able("d"))).Assignment!.Content);

        Assert.Equal(new UpdateReceipt(UpdateOutcome.Evaluated, default), await Answer(bench, asked[0], 10, 1, 0.5f));
        await Answer(bench, asked[1], 10, 2, 0.25f);
        Assert.Empty(_closed);
        UpdateReceipt last = await Answer(bench, asked[2], 20, 4, 1);

        Assert.True(last.IsAccepted);
        FederatedEvaluation evaluation = Assert.Single(_closed);
        Assert.Same(evaluation, bench.Server.LatestEvaluation);
        Assert.Equal((default, 3, 3), (evaluation.Version, evaluation.RequestedAnswers, evaluation.Answers.Length));
        Assert.Equal((10 + 20 + 80) / 40.0, evaluation.GetStatistics("loss")!.Mean);
        Assert.Equal(0.5, evaluation.GetStatistics("accuracy")!.GetQuantile(0.5));
        Assert.Same(Start, bench.Server.BestModel);
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Able("e"))).Assignment!.Content);
    }

    [Fact]
    public async Task A_device_that_cannot_evaluate_is_never_asked()
    {
        await using ServerBench bench = Evaluating(devices: 3);

        Assert.Equal(UpdateContent.Difference, (await bench.Assignment("old")).Content);
    }

    [Fact]
    public async Task No_more_devices_evaluate_than_answers_are_missing_and_an_expired_lease_is_replaced()
    {
        await using ServerBench bench = Evaluating(devices: 1, options: new() { LeaseDuration = TimeSpan.FromMinutes(1) });
        TrainingAssignment slow = await Ask(bench, "slow");
        Assert.False(bench.Server.CanEvaluate(new ClientId("a")));
        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Able("a"))).Assignment!.Content);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(bench.Server.CanEvaluate(new ClientId("b")));
        Assert.False(bench.Server.CanEvaluate(new ClientId("slow")));
        TrainingAssignment other = await Ask(bench, "b");

        Assert.Equal(UpdateOutcome.Evaluated, (await Answer(bench, slow)).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, (await Answer(bench, slow)).Outcome);
        Assert.Equal(UpdateOutcome.TooStale, (await Answer(bench, other)).Outcome);
        Assert.Equal("slow", Assert.Single(Assert.Single(_closed).Answers).Client.Value);
    }

    [Fact]
    public async Task All_devices_evaluate_the_same_version_whatever_they_hold_and_whatever_is_published_meanwhile()
    {
        await using ServerBench bench = Evaluating(devices: 9, everyVersions: 3);
        await bench.Round("t");
        float[] ofOne = bench.Server.Current.Parameters.ToArray();
        ModelSnapshot one = bench.Server.Current;
        await bench.Round("t");

        var buffer = new float[Layout.ParameterCount];
        await CheckAsync(Able("none"), buffer);
        await CheckAsync(Able("start") with { HeldVersion = default(ModelVersion), HeldFingerprint = Start.Fingerprint }, Start.Parameters.ToArray());
        await CheckAsync(Able("later") with { HeldVersion = one.Version, HeldFingerprint = one.Fingerprint }, ofOne);
        ModelSnapshot two = bench.Server.Current;
        await CheckAsync(Able("latest") with { HeldVersion = two.Version, HeldFingerprint = two.Fingerprint }, two.Parameters.ToArray());

        async Task CheckAsync(CheckOutRequest device, float[] held)
        {
            TrainingAssignment assignment = (await bench.CheckOutResponse(device, held)).Assignment!;
            Assert.Equal((UpdateContent.Evaluation, default(ModelVersion), Start.Fingerprint), (assignment.Content, assignment.Version, assignment.ModelFingerprint));
            Assert.Equal(Start.Parameters.ToArray(), held);
        }
    }

    [Fact]
    public async Task A_device_that_evaluated_an_earlier_version_gets_the_current_one_to_train()
    {
        await using ServerBench bench = Evaluating(devices: 9, everyVersions: 3);
        await bench.Round("t");
        float[] held = new float[Layout.ParameterCount];
        TrainingAssignment asked = (await bench.CheckOutResponse(Able("a"), held)).Assignment!;

        TrainingAssignment trains = (await bench.CheckOutResponse(Able("a") with { HeldVersion = asked.Version, HeldFingerprint = asked.ModelFingerprint }, held)).Assignment!;

        Assert.Equal((UpdateContent.Difference, A), (trains.Content, trains.Refreshed));
        Assert.Equal(bench.Server.Current.Parameters.ToArray(), held);
    }

    [Fact]
    public async Task An_evaluation_closes_when_the_next_is_due_and_counts_only_with_half_of_the_answers()
    {
        await using ServerBench bench = Evaluating(devices: 4, everyVersions: 2);
        TrainingAssignment early = await Ask(bench, "a");
        await Answer(bench, early);
        TrainingAssignment late = await Ask(bench, "b");
        await bench.Round("t");
        await bench.Round("t");

        Assert.False(Assert.Single(_closed).IsConclusive);
        Assert.Null(bench.Server.BestModel);
        Assert.Equal(UpdateOutcome.TooStale, (await Answer(bench, late)).Outcome);
        Assert.Equal(new ModelVersion(2), (await Ask(bench, "b")).Version);
        Assert.Contains(bench.Log.Written, line => line.Text.Contains("Closed the evaluation of version v0 with 1 of 4 answers", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(UpdateOutcome.NotFinite, new[] { float.NaN, 0.5f })]
    [InlineData(UpdateOutcome.NotFinite, new[] { -1, float.PositiveInfinity })]
    [InlineData(UpdateOutcome.OutOfRange, new[] { -1f, 0.5f })]
    [InlineData(UpdateOutcome.OutOfRange, new[] { 1f, 1.01f })]
    [InlineData(UpdateOutcome.LengthMismatch, new[] { 1f })]
    [InlineData(UpdateOutcome.LengthMismatch, new[] { 1f, 0.5f, 0.5f })]
    public async Task An_answer_that_makes_no_sense_is_rejected_with_the_reason_and_another_device_is_asked(UpdateOutcome expected, float[] values)
    {
        await using ServerBench bench = Evaluating(devices: 1);

        Assert.Equal(expected, (await Answer(bench, await Ask(bench, "bad"), 1, values)).Outcome);

        Assert.Equal(UpdateContent.Difference, (await bench.CheckOutResponse(Able("bad"))).Assignment!.Content);
        Assert.Equal(UpdateOutcome.Evaluated, (await Answer(bench, await Ask(bench, "good"))).Outcome);
        Assert.Equal("good", Assert.Single(Assert.Single(_closed).Answers).Client.Value);
    }

    [Fact]
    public async Task The_first_answer_with_another_number_of_metrics_is_logged_with_both_numbers()
    {
        await using ServerBench bench = Evaluating(devices: 1);

        await Answer(bench, await Ask(bench, "a"), 1, 1, 0.5f, 0.25f);
        await Answer(bench, await Ask(bench, "b"), 1, 1);

        Assert.Equal(
            ["Warning: Rejected an evaluation of client a: it has 3 values, but the server has 2 metrics. Set EvaluationOptions.Metrics to the metrics that devices send, in their order. Further rejections are not logged."],
            bench.Log.Written.Select(line => line.Text).Where(text => text.Contains("Rejected an evaluation", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Evaluations_that_nobody_asked_for_never_reach_the_aggregator()
    {
        await using ServerBench bench = Adding();
        TrainingAssignment trains = await bench.Assignment("a");

        Assert.Equal(UpdateOutcome.NotAssigned, (await bench.Submit(trains.CreateHeader(1) with { Content = UpdateContent.Evaluation })).Outcome);
        Assert.Null(bench.Server.LatestEvaluation);
        Assert.False(bench.Server.CanEvaluate(new ClientId("a")));
    }

    [Fact]
    public async Task Evaluating_does_not_count_as_training_of_the_version()
    {
        await using ServerBench bench = Evaluating(devices: 2, options: new() { MaxAssignmentsPerVersion = 1 });
        await Ask(bench, "a");
        await bench.Assignment("t");
        Assert.False(bench.Server.CanAssign);

        Assert.Equal(UpdateContent.Evaluation, (await Ask(bench, "b")).Content);
    }

    [Fact]
    public async Task A_device_that_only_evaluates_never_trains_and_has_no_say_in_the_memory_budget()
    {
        await using ServerBench bench = Evaluating(devices: 1, options: new() { RequiredMemoryBytes = 1 << 10 });
        CheckOutRequest small = Able("a") with { NeverTrains = true, MemoryBudgetBytes = 10 };

        Assert.Equal(UpdateContent.Evaluation, (await bench.CheckOutResponse(small)).Assignment!.Content);
        CheckOutResponse next = await bench.CheckOutResponse(small);

        Assert.Equal(CheckOutOutcome.Busy, next.Outcome);
        Assert.NotNull(next.RetryAfter);
        Assert.Equal(0, bench.Registry.Count);
    }

    [Fact]
    public async Task Without_an_improvement_training_ends_after_the_patience_and_the_best_version_is_kept()
    {
        await using ServerBench bench = Evaluating(devices: 1, everyVersions: 1, configure: o => (o.Patience, o.MinImprovement) = (2, 0.1));
        ModelSnapshot[] versions = new ModelSnapshot[4];
        float[] losses = [5, 4, 3.95f, 6];
        for (int i = 0; i < losses.Length; i++)
        {
            Assert.False(bench.Server.IsTrainingEnded);
            versions[i] = bench.Server.Current;
            await Answer(bench, await Ask(bench, $"d{i}"), 1, losses[i], 0.5f);
            if (i < losses.Length - 1)
            {
                await bench.Round("t");
            }
        }

        Assert.True(bench.Server.IsTrainingEnded);
        Assert.False(bench.Server.CanAssign);
        Assert.Same(versions[1], bench.Server.BestModel);
        Assert.Equal(new CheckOutResponse(CheckOutOutcome.TrainingEnded), await bench.CheckOutResponse("t"));
        Assert.Single(bench.Log.Written, line => line.Text == "Information: Ended training, because loss has not improved in 2 evaluations. No more training is assigned.");
    }

    [Fact]
    public async Task A_metric_of_which_higher_values_are_better_is_watched_at_a_quantile()
    {
        await using ServerBench bench = Evaluating(devices: 3, everyVersions: 1, configure: o => (o.WatchedMetric, o.WatchedQuantile) = ("accuracy", 0.1));
        await EvaluateAsync(0.3f, 0.8f, 0.9f);
        ModelSnapshot best = bench.Server.Current;
        await bench.Round("t");
        await EvaluateAsync(0.2f, 0.9f, 1);

        Assert.Equal(2, _closed.Count);
        Assert.Same(best, bench.Server.BestModel);

        async Task EvaluateAsync(params float[] accuracies)
        {
            foreach (float accuracy in accuracies)
            {
                await Answer(bench, await Ask(bench, $"d{accuracy}-{_closed.Count}"), 1, 1, accuracy);
            }
        }
    }

    [Fact]
    public async Task Groups_are_bounded_in_length_and_number()
    {
        await using ServerBench bench = Evaluating(devices: 20, configure: o => o.GroupOf = client => client.Value == "none" ? "" : client.Value + new string('x', 40));
        for (int i = 0; i < 19; i++)
        {
            await Answer(bench, await Ask(bench, $"d{i:00}"));
        }

        await Answer(bench, await Ask(bench, "none"));
        FederatedEvaluation evaluation = Assert.Single(_closed);
        Assert.Equal(EvaluationOptions.MaxGroups + 1, evaluation.Groups.Length);
        Assert.All(evaluation.Groups, group => Assert.InRange(group.Length, 1, EvaluationOptions.MaxGroupLength));
        Assert.Equal(3, evaluation.GetStatistics("loss", EvaluationOptions.OtherGroup)!.Count);
        Assert.Null(evaluation.Answers.Single(answer => answer.Client.Value == "none").Group);
    }

    [Fact]
    public async Task A_callback_that_throws_is_logged_and_the_device_is_answered()
    {
        await using ServerBench bench = Evaluating(devices: 1, configure: o => o.Evaluated = _ => throw new InvalidOperationException("the app"));

        Assert.Equal(UpdateOutcome.Evaluated, (await Answer(bench, await Ask(bench, "a"))).Outcome);
        Assert.Single(bench.Log.Written, line => line.Error is InvalidOperationException);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Refuse("Devices", o => o.Devices = 0);
        Refuse("EveryVersions", o => o.EveryVersions = 0);
        Refuse("Patience", o => o.Patience = 0);
        Refuse("MinImprovement", o => o.MinImprovement = double.NaN);
        Refuse("ExampleCap", o => o.ExampleCap = 0.5);
        Refuse("WatchedQuantile", o => o.WatchedQuantile = 1.1);
        Refuse("'f1'", o => o.WatchedMetric = "f1");
        Refuse("0 metrics", o => o.Metrics = []);
        Refuse("unique", o => o.Metrics = [EvaluationMetric.Loss, EvaluationMetric.Loss]);
        Refuse("unique", o => o.Metrics = [EvaluationMetric.Loss, new(new string('m', 65), 0, 1, true)]);
        Refuse("finite limits", o => o.Metrics = [EvaluationMetric.Loss with { Max = double.PositiveInfinity }]);

        static void Refuse(string part, Action<EvaluationOptions> change)
        {
            var options = new EvaluationOptions();
            change(options);
            Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
        }
    }

    private static CheckOutRequest Able(string client) => Device(client) with { CanEvaluate = true };

    private static async Task<TrainingAssignment> Ask(ServerBench bench, string client)
    {
        TrainingAssignment assignment = (await bench.CheckOutResponse(Able(client))).Assignment!;
        Assert.Equal(UpdateContent.Evaluation, assignment.Content);
        return assignment;
    }

    private static async Task<UpdateReceipt> Answer(ServerBench bench, TrainingAssignment assignment, int examples = 1, params float[] values)
    {
        using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(examples), values.Length == 0 ? [1, 0.5f] : values);
        return await bench.Server.SubmitAsync(update);
    }

    private ServerBench Evaluating(int devices, int everyVersions = 10, FederatedServerOptions? options = null, Action<EvaluationOptions>? configure = null)
    {
        var evaluation = new EvaluationOptions { Devices = devices, EveryVersions = everyVersions, Evaluated = _closed.Add };
        configure?.Invoke(evaluation);
        return Adding(options, evaluation: evaluation);
    }
}
