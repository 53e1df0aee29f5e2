using System.Collections.Immutable;
using System.Text.Json;
using Cifar10;
using Cifar10.Converge;
using Cifar10.Scenarios;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.Wire;
using Spectre.Console;

namespace Ftte.Samples.Tests.CifarExperiment;

/// <summary>The scenario that runs every rule until its accuracy no longer improves, on synthetic examples.</summary>
public sealed class ConvergeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-converge-").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task A_run_writes_a_line_per_rule_format_seed_and_target_the_same_on_any_number_of_threads_and_when_resumed()
    {
        string[] rules = ["--cells", "digits", "--rules", "FedAvg", "FTTE, 20 %", "FTTE, 5 %", "--trips", "60"];
        Assert.Equal(ExitCode.Done, await Invoke([.. rules, "--threads", "1", "--json", At("one.json"), "--report", At("report"), "--resume", At("keep")]));
        Assert.Equal(ExitCode.Done, await Invoke([.. rules, "--threads", "3", "--json", At("three.json")]));
        DateTime[] written = Written();
        Assert.Equal(ExitCode.Done, await Invoke([.. rules, "--json", At("again.json"), "--resume", At("keep")]));

        Assert.Equal(written, Written());
        Assert.Equal(await File.ReadAllTextAsync(At("one.json")), await File.ReadAllTextAsync(At("three.json")));
        Assert.Equal(await File.ReadAllTextAsync(At("one.json")), await File.ReadAllTextAsync(At("again.json")));
        JsonElement[] lines = [.. (await File.ReadAllLinesAsync(At("one.json"))).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["float32", "int8"], lines.Where(line => line.GetProperty("rule").GetString() == "FedAvg").Select(line => line.GetProperty("format").GetString()!).Distinct());
        Assert.All(lines, line => Assert.All(
            (string[])["seed", "target", "timeToTarget", "bytesUp", "bytesDown", "trips", "multiplyAdds", "deviceBytes", "plateau", "worstTenth"], field => Assert.True(line.TryGetProperty(field, out _))));

        // A budget that fits no layer is reported and does not end the run.
        Assert.Contains("FTTE, 5 %, int8, seed 1: No choice can be trained within", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("## digits", await File.ReadAllTextAsync(At("report/converge.md")), StringComparison.Ordinal);
        Assert.True(File.Exists(At("report/converge-digits.png")));
    }

    [Fact]
    public async Task A_device_stays_within_the_share_of_the_memory_that_FedAvg_needs()
    {
        Assert.Equal(ExitCode.Done, await Invoke("--cells", "digits", "--rules", "FedAvg", "FTTE, 20 %", "--trips", "20", "--json", At("c.json")));

        ILookup<string, long> bytes = (await File.ReadAllLinesAsync(At("c.json"))).Select(line => JsonDocument.Parse(line).RootElement)
            .ToLookup(line => line.GetProperty("rule").GetString()!, line => line.GetProperty("deviceBytes").GetInt64());
        Assert.InRange(bytes["FTTE, 20 %"].Max(), 1, bytes["FedAvg"].Min() / 5);
    }

    [Fact]
    public async Task A_run_that_trips_ended_is_not_taken_for_a_longer_one()
    {
        string[] rule = ["--cells", "digits", "--rules", "FTTE, 20 %, int8", "--resume", At("keep")];
        Assert.Equal(ExitCode.Done, await Invoke([.. rule, "--trips", "20"]));

        Assert.Equal(ExitCode.BadInput, await Invoke([.. rule, "--trips", "30"]));
        Assert.Contains("is from a run with other settings", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("at most 30 jobs", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wearables_problem_runs_on_synthetic_examples()
    {
        Assert.Equal(ExitCode.Done, await Invoke("--cells", "wearables", "--rules", "FTTE, 20 %, int8", "--trips", "20", "--json", At("c.json")));

        Assert.All(await File.ReadAllLinesAsync(At("c.json")), line => Assert.Equal("FTTE, 20 %", JsonDocument.Parse(line).RootElement.GetProperty("rule").GetString()));
    }

    [Fact]
    public void Targets_end_with_the_best_accuracy_and_start_above_the_base_model()
    {
        ConvergeResult good = Result("good", 0.52, 0.60, 0.70, 0.90, 0.90, 0.90), poor = Result("poor", 0.52, 0.60, 0.70, 0.70, 0.70, 0.70);

        ConvergeLine[] lines = [.. ConvergeTable.Lines([good, poor])];

        Assert.Equal([0.82, 0.86, 0.88, 0.89, 0.895, 0.9], lines.Take(6).Select(line => line.Target));
        Assert.All(lines.Take(6), line => Assert.Equal(180, line.TimeToTarget));
        Assert.All(lines.Skip(6), line => Assert.Equal((null, null, null), (line.TimeToTarget, line.BytesUp, line.Trips)));
        Assert.Equal(((double?)0, 0L, 10L), (good.At(0.1).TimeToTarget, good.At(0.1).BytesUp!.Value, good.At(0.1).BytesDown!.Value));
        string table = ConvergeTable.Of([good, poor]);
        Assert.Contains("3.0, 0.0, 0.00 (±0 %, ±0 %, ±0 %)", table, StringComparison.Ordinal);
        Assert.Contains("poor | Int8 | 1 | 70.0 | 10.0 | - |", table, StringComparison.Ordinal);
    }

    [Fact]
    public void If_no_rule_improves_the_base_model_the_best_accuracy_is_the_only_target()
    {
        ConvergeLine line = Assert.Single(ConvergeTable.Lines([Result("poor", 0.52, 0.5, 0.5, 0.5, 0.5)]));

        Assert.Equal(0.5, line.Target);
    }

    [Fact]
    public async Task An_interrupted_run_keeps_the_files_of_a_finished_one()
    {
        Assert.All([At("c.json")], file => File.WriteAllText(file, "finished"));

        Assert.Equal(ExitCode.Cancelled, await Invoke(new CancellationToken(canceled: true), "--cells", "digits", "--json", At("c.json")));

        Assert.Equal("finished", await File.ReadAllTextAsync(At("c.json")));
        Assert.True(File.Exists(At("c.partial.json")));
    }

    [Theory]
    [InlineData("--cells", "--cells", "speech")]
    [InlineData("--rules", "--cells", "digits", "--rules", "FedProx")]
    public async Task An_unknown_name_is_one_line_and_code_2(string reason, params string[] arguments)
    {
        Assert.Equal(ExitCode.BadInput, await Invoke(arguments));
        Assert.Contains(reason, Assert.Single(_error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_rule_is_tuned_with_twelve_settings()
    {
        ImmutableArray<ConvergeRule> grid = ConvergeRules.Grid("digits");

        Assert.All(grid.GroupBy(rule => rule.Algorithm), rules => Assert.Equal(12, rules.Select(rule => rule.Name).Distinct().Count()));
        Assert.Equal(4, grid.Select(rule => rule.Algorithm).Distinct().Count());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ConvergeResult Result(string name, params double[] accuracies) => new("p", new ConvergeRule(name, Algorithm.Ftte, ValueFormat.Int8), 1, new FinalTest(accuracies[^1], 0.1), new SimulationResult
    {
        Rule = name,
        Seed = 1,
        IsComplete = true,
        Duration = TimeSpan.FromMinutes(accuracies.Length),
        Points = [.. accuracies.Select((accuracy, i) => new EvaluationPoint(TimeSpan.FromMinutes(i), new ModelVersion(i), new ModelQuality(accuracy), i, 10 * i, 10, 100))],
        Jobs = [],
        Totals = new SimulationTotals { PeakDeviceBytes = 1024 },
    }, [new SimulatedDevice { Name = "a" }]);

    private DateTime[] Written() => [.. Directory.EnumerateFiles(At("keep")).Order(StringComparer.Ordinal).Select(File.GetLastWriteTimeUtc)];

    private string At(string name) => Path.Combine(_folder, name);

    private Task<int> Invoke(params string[] arguments) => Invoke(CancellationToken.None, arguments);

    private Task<int> Invoke(CancellationToken stopped, params string[] arguments)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output), Ansi = AnsiSupport.No });
        return Cifar10Command.InvokeAsync(
            ["--scenario", "converge", .. arguments], (options, _) => new ConvergeSession(options, console, TimeProvider.System).RunAsync(stopped), _output, _error);
    }
}
