using System.Collections.Immutable;
using Ftte.Simulation.Journal;
using Ftte.Simulation.Reports;
using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

/// <summary>Simulated devices evaluate versions on examples that they hold back.</summary>
public sealed class DeviceEvaluationTests : IDisposable
{
    private static readonly SimulationOptions Options = new() { MaxVersions = 30, Seed = 3 };
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-evaluation-").FullName;

    public static TheoryData<string> RuleNames => [.. Rules().Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public async Task Every_rule_evaluates_every_so_many_versions_and_devices_agree_with_the_central_evaluation_on_the_direction(string name)
    {
        SimulationResult result = await RunAsync(Rules().Single(rule => rule.Name == name), Devices(), Options);

        Assert.InRange(result.DeviceEvaluations.Length, 3, 4);
        Assert.Equal(new long[] { 0, 10, 20, 30 }.Take(result.DeviceEvaluations.Length), result.DeviceEvaluations.Select(at => at.Evaluation.Version.Number));
        Assert.All(result.DeviceEvaluations, at => Assert.InRange(at.Evaluation.Answers.Length, 3, 8));
        Assert.Equal(result.DeviceEvaluations.Select(at => at.Time), result.DeviceEvaluations.Select(at => at.Time).Order());
        Assert.InRange(result.Totals.Evaluated, result.DeviceEvaluations.Sum(at => at.Evaluation.Answers.Length), 8 * 4);
        Assert.True(Median(result.DeviceEvaluations[^1]) > Median(result.DeviceEvaluations[0]));
        Assert.Equal("d", Assert.Single(result.DeviceEvaluations[0].Evaluation.Groups));
    }

    [Fact]
    public async Task Threads_and_interruptions_change_no_bit()
    {
        string expected = Text(await RunAsync(Evaluating(TinyRule()), Devices(), Options with { Threads = 1 }));

        Assert.Equal(expected, Text(await RunAsync(Evaluating(TinyRule()), Devices(), Options with { Threads = 7 })));

        var journal = new RunJournal(Path.Combine(_folder, "run.journal"), "toy");
        using (var stop = new CancellationTokenSource())
        {
            int left = 60;
            var task = new ToyTask
            {
                OnTrain = _ =>
                {
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        stop.Cancel();
                    }
                },
            };
            Assert.False((await RunAsync(Evaluating(TinyRule()), Devices(), Options with { Journal = journal }, task, stop.Token)).IsComplete);
        }

        Assert.Equal(expected, Text(await RunAsync(Evaluating(TinyRule()), Devices(), Options with { Journal = journal })));
    }

    [Fact]
    public async Task Evaluations_are_read_back_from_a_file()
    {
        SimulationResult result = await RunAsync(Evaluating(TinyRule()), Devices(), Options);
        string written = Text(result);

        SimulationResult read = ResultFile.ReadJsonLines(new StringReader(written));

        Assert.Equal(written, Text(read));
        Assert.Equal(result.DeviceEvaluations.Select(at => $"{at.Time} {at.Evaluation}"), read.DeviceEvaluations.Select(at => $"{at.Time} {at.Evaluation}"));
        string[] lines = written.Split('\n');
        int answer = Array.FindIndex(lines, line => line.StartsWith("{\"answer\"", StringComparison.Ordinal));
        int answers = result.DeviceEvaluations[0].Evaluation.Answers.Length;
        Refuse($"{answers - 1} of {answers} answers", [.. lines[..answer], .. lines[(answer + 1)..]]);
        Refuse("expected one line", [.. lines[..1], lines[answer], .. lines[1..]]);
        Refuse("Two answers are from", [.. lines[..(answer + 1)], lines[answer], .. lines[(answer + 2)..]]);

        static void Refuse(string part, string[] lines) => Assert.Contains(
            part, Assert.Throws<InvalidDataException>(() => ResultFile.ReadJsonLines(new StringReader(string.Join('\n', lines)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_that_only_evaluate_never_train_and_those_that_opted_out_never_evaluate()
    {
        ImmutableArray<SimulatedDevice> devices = [.. Devices().Select((device, i) => device with
        {
            Role = (i % 3) switch { 0 => ClientRole.EvaluateOnly, 1 => ClientRole.TrainOnly, _ => ClientRole.TrainAndEvaluate },
            Kind = $"kind{i % 3}",
        })];

        SimulationResult result = await RunAsync(Evaluating(FedBuff()), devices, Options);

        Assert.Equal(SimulationEnding.MaxVersionsReached, result.Ending);
        Assert.DoesNotContain(result.Jobs, job => job.Outcome == JobOutcome.Accepted && devices[job.Device].Role == ClientRole.EvaluateOnly);
        Assert.DoesNotContain(result.Jobs, job => job.Outcome == JobOutcome.Evaluated && devices[job.Device].Role == ClientRole.TrainOnly);
        Assert.Contains(result.Jobs, job => job.Outcome == JobOutcome.Evaluated && devices[job.Device].Role == ClientRole.EvaluateOnly);
        Assert.Equal(["kind0", "kind2"], result.DeviceEvaluations.SelectMany(at => at.Evaluation.Groups).Distinct().Order());
        ImmutableArray<SimulatedDevice> none = [.. devices.Select(device => device with { Role = ClientRole.EvaluateOnly })];
        Assert.Contains("0 devices that train", (await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(Evaluating(FedBuff()), none, Options))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_ends_when_the_server_ends_training()
    {
        var evaluation = new EvaluationOptions { Devices = 5, EveryVersions = 1, Patience = 2, MinImprovement = 1e5 };

        SimulationResult result = await RunAsync(FedBuff() with { Evaluation = evaluation }, Devices(), Options with { MaxVersions = 1000 });

        Assert.Equal((SimulationEnding.TrainingEnded, true, null), (result.Ending, result.IsComplete, result.EndingReason));
        Assert.Equal(3, result.DeviceEvaluations.Count(at => at.Evaluation.IsConclusive));
    }

    [Fact]
    public async Task Drop_outs_and_departures_do_not_stop_evaluations()
    {
        ImmutableArray<SimulatedDevice> devices = [.. Devices().Select(device => device with { DropOut = 0.3 })];
        SimulationRule rule = Evaluating(FedBuff());
        rule.Server.LeaseDuration = TimeSpan.FromMinutes(1);

        SimulationResult result = await RunAsync(rule, devices, Options);

        Assert.InRange(result.DeviceEvaluations.Length, 3, 4);
        Assert.All(result.DeviceEvaluations, at => Assert.NotEmpty(at.Evaluation.Answers));
    }

    [Fact]
    public async Task A_report_shows_the_devices_next_to_the_central_evaluation()
    {
        ImmutableArray<SimulatedDevice> devices = Devices();
        SimulationResult[] results = [await RunAsync(Evaluating(FedBuff()), devices, Options), await RunAsync(TinyRule(), devices, Options)];

        string page = File.ReadAllText(SimulationReport.Write(_folder, new ReportContent { Title = "Toy", Results = results, Devices = devices }));

        Assert.Contains("(devices-1.png)", page, StringComparison.Ordinal);
        Assert.DoesNotContain("(devices-2.png)", page, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "devices-1.png")));
        string[] csv = File.ReadAllLines(Path.Combine(_folder, "evaluations.csv"));
        Assert.Equal("rule,seed,seconds,version,metric,group,answers,mean,minimum,decile,median,upper_decile,maximum", csv[0]);
        Assert.Equal(1 + (4 * results[0].DeviceEvaluations.Length), csv.Length);
        Assert.StartsWith("FedBuff,3,", csv[1], StringComparison.Ordinal);
        Assert.Contains($",loss,,{results[0].DeviceEvaluations[0].Evaluation.Answers.Length},", csv[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trainer_that_cannot_evaluate_ends_the_run_with_the_reason()
    {
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Simulator.RunAsync(Evaluating(FedBuff()), ToyTask.Start, Devices(), new PlainTask(), Options));

        Assert.Contains("is not an IModelEvaluator", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IEnumerable<SimulationRule> Rules() => new[] { FedBuff(), TinyRule(), Sync(5, 1.3), SimulationRule.FedAsync(ToyTask.Everything, 20) }.Select(Evaluating);

    private static SimulationRule Evaluating(SimulationRule rule) => rule with { Evaluation = new EvaluationOptions { Devices = 8 } };

    private static ImmutableArray<SimulatedDevice> Devices() => [.. ToyTask.Devices(60).Select(device => device with { Kind = "d" })];

    private static double Median(DeviceEvaluation at) => at.Evaluation.GetStatistics("accuracy")!.GetQuantile(0.5);

    private static string Text(SimulationResult result)
    {
        using var writer = new StringWriter();
        ResultFile.WriteJsonLines(writer, result);
        return writer.ToString();
    }

    private sealed class PlainTask : ILearningTask
    {
        private readonly ToyTask _task = new();

        public ILocalTrainer CreateTrainer(int device) => new PlainTrainer(_task.CreateTrainer(device));

        public JobCost CostOf(int device, TrainingAssignment assignment) => _task.CostOf(device, assignment);

        public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) => _task.Evaluate(model, cancellationToken);
    }

    private sealed class PlainTrainer(ILocalTrainer inner) : ILocalTrainer
    {
        public ParameterLayout Layout => inner.Layout;

        public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default) =>
            inner.TrainAsync(assignment, parameters, cancellationToken);
    }
}
