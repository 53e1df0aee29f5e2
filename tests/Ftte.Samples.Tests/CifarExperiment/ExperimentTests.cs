using System.Diagnostics;
using System.Globalization;
using Cifar10;
using Cifar10.Learning;
using Cifar10.Report;
using Cifar10.Scenarios;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Spectre.Console;

namespace Ftte.Samples.Tests.CifarExperiment;

/// <summary>The experiment on synthetic images: the same files on any number of threads, and after a kill.</summary>
public sealed class ExperimentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-cifar-").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task One_thread_two_threads_and_a_run_that_was_killed_on_the_way_write_identical_files()
    {
        // Batch statistics travel with FedAvg, and not with FTTE. The base model is trained on both numbers of threads.
        string[] rules = ["--rules", "FedAvg", "FTTE"];
        Assert.Equal(ExitCode.Done, await Run("one", ["--threads", "1", .. rules]));
        string[] files = [.. Directory.EnumerateFiles(At("one-report"), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(At("one-report"), file)).Order(StringComparer.Ordinal)];
        Assert.Contains(Path.Combine("quick", "accuracy.png"), files);

        Assert.Equal(ExitCode.Done, await Run("two", ["--threads", "2", .. rules]));
        ShareBaseModel("killed");
        KillOnTheWay("killed", rules);
        Assert.Equal(ExitCode.Done, await Run("killed", ["--threads", "2", .. rules]));

        foreach (string other in new[] { "two", "killed" })
        {
            Assert.Equal(await File.ReadAllTextAsync(At("one.json")), await File.ReadAllTextAsync(At($"{other}.json")));
            Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(At("one-report"), file)), File.ReadAllBytes(Path.Combine(At($"{other}-report"), file))));
            Assert.Empty(Directory.EnumerateFiles(At($"{other}-keep"), "*.journal"));
        }

        string[] lines = await File.ReadAllLinesAsync(At("one.json"));
        Assert.Equal(2, lines.Length);
        foreach (string field in new[] { "rule", "seed", "stragglers", "alpha", "timeToTarget", "finalAccuracy", "stragglerAccuracy", "bytesUp", "bytesDown", "deviceBytes", "trips", "jitter" })
        {
            Assert.All(lines, line => Assert.Contains($"\"{field}\":", line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task FTTE_stays_within_its_budget_with_what_it_keeps_and_every_version_is_looked_at()
    {
        Assert.Equal(ExitCode.Done, await Run("one", "--rules", "FTTE"));
        RunLine line = RunLine.FromJson((await File.ReadAllLinesAsync(At("one.json"))).Single())!;
        Network network = Networks.Create(line.Network, hasGroupNorm: false);
        long eager = network.Plan(network.Trainable, batchSize: 20).EagerBytes;
        Assert.InRange(line.DeviceBytes, 1, (long)(new Cell { Name = "any" }.BudgetShare * eager));

        string[] points = await File.ReadAllLinesAsync(Path.Combine(At("one-report"), "quick", "points.csv"));
        int version = Array.IndexOf(points[0].Split(','), "version");
        Assert.Equal(Enumerable.Range(0, points.Length - 1), points.Skip(1).Select(point => int.Parse(point.Split(',')[version], CultureInfo.InvariantCulture)));
        Assert.True(points.Length > 10);
    }

    [Theory]
    [InlineData("--data is missing", "--scenario", "paper")]
    [InlineData("the folder does not exist", "--data", "nowhere")]
    [InlineData("--rules 'FedProx'", "--rules", "FedAvg", "FedProx")]
    [InlineData("Did you mean 'FedBuff'?", "--rules", "FedBuf")]
    [InlineData("Did you mean 'quick'?", "--scenario", "qick")]
    [InlineData("specify one or more of quick,", "--cells", "quick,main")]
    [InlineData("--seeds", "--seeds", "0")]
    public async Task What_cannot_be_run_is_one_line_and_code_2(string reason, params string[] arguments)
    {
        Assert.Equal(ExitCode.BadInput, await Invoke(arguments));
        Assert.Contains(reason, Assert.Single(_error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_images_are_an_error_that_states_how_to_get_them()
    {
        await Invoke("--scenario", "sweep");
        Assert.Contains("CIFAR-10 binary version", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_stopped_is_named_and_left_out_of_medians()
    {
        var whole = new RunLine("main", "FTTE", 1, "net", 5, 0.9, 10, 0.3, 3, 0.5, 0.53, 100, new Dictionary<string, double?> { ["3"] = 100 }, 7, 0.6, 0.6, 900, 1, 1, 1, 1, 0, 1, 0);
        RunLine stopped = whole with { Seed = 2, TimeToTarget = null, FinalAccuracy = 0.1, Time = 256, Complete = false };

        string table = RunTable.Of([whole, stopped]);

        Assert.StartsWith(RunTable.Of([whole]).TrimEnd(), table, StringComparison.Ordinal);
        Assert.EndsWith("main, FTTE, seed 2: stopped after 256 s, and left out.", table.TrimEnd(), StringComparison.Ordinal);
        Assert.False(RunLine.FromJson(stopped.ToJson())!.Complete);
        Assert.True(RunLine.FromJson(whole.ToJson().Replace(",\"complete\":true", "", StringComparison.Ordinal))!.Complete);
    }

    [Fact]
    public async Task What_cannot_be_written_in_the_end_is_one_line_after_the_results()
    {
        Directory.CreateDirectory(At("report/summary.md"));
        Assert.Equal(ExitCode.BadInput, await Invoke(new CancellationToken(canceled: true), "--report", At("report")));
        Assert.Contains("summary.md", Assert.Single(_error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains("No run was completed.", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_interrupted_keeps_the_files_of_a_finished_one()
    {
        Directory.CreateDirectory(At("report/quick"));
        string[] files = [At("c.json"), At("report/summary.md"), At("report/quick/report.md")];
        Assert.All(files, file => File.WriteAllText(file, "finished"));

        Assert.Equal(ExitCode.Cancelled, await Invoke(new CancellationToken(canceled: true), "--json", files[0], "--report", At("report")));

        Assert.All(files, file => Assert.Equal("finished", File.ReadAllText(file)));
        Assert.Contains($"Wrote {At("report/summary.partial.md")}.", _output.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(At("c.partial.json")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private string[] Arguments(string name, params string[] more) =>
        ["--scenario", "quick", "--json", At($"{name}.json"), "--report", At($"{name}-report"), "--resume", At($"{name}-keep"), .. more];

    private Task<int> Run(string name, params string[] more) => Invoke(Arguments(name, more));

    private Task<int> Invoke(params string[] arguments) => Invoke(CancellationToken.None, arguments);

    private Task<int> Invoke(CancellationToken stopped, params string[] arguments)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output), Ansi = AnsiSupport.No });
        return Cifar10Command.InvokeAsync(
            arguments, (options, _) => new Session(options, console, TimeProvider.System).RunAsync(stopped), _output, _error);
    }

    private void ShareBaseModel(string name)
    {
        Directory.CreateDirectory(At($"{name}-keep"));
        string file = Assert.Single(Directory.EnumerateFiles(At("one-keep"), "base-*"));
        File.Copy(file, Path.Combine(At($"{name}-keep"), Path.GetFileName(file)));
    }

    /// <summary>Runs in another process, and kills it once something has been trained.</summary>
    private void KillOnTheWay(string name, string[] rules)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Session).Assembly.Location, .. Arguments(name, ["--threads", "1", .. rules])]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        const long SomeUpdates = 1_000_000;
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(10)) && !Directory.EnumerateFiles(At($"{name}-keep"), "*.journal").Any(file => new FileInfo(file).Length > SomeUpdates))
        {
        }

        process.Kill();
        process.WaitForExit();
        string journal = Assert.Single(Directory.EnumerateFiles(At($"{name}-keep"), "*.journal"));
        Assert.True(new FileInfo(journal).Length > SomeUpdates);
    }
}
