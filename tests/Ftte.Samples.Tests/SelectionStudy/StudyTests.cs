using Ftte.Samples.Tests.Quickstart;
using Ftte.Samples.Tests.TrainOnDevice;
using Ftte.Simulation;
using Ftte.TinyEngine;
using SelectionStudy;
using SelectionStudy.Data;
using SelectionStudy.Learning;
using SelectionStudy.Report;
using Spectre.Console;

namespace Ftte.Samples.Tests.SelectionStudy;

public sealed class StudyTests : IDisposable
{
    private const int Updates = 24;

    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_threads_write_the_same_files_as_one()
    {
        WriteImages();
        string one = await ReportAsync(threads: 1), two = await ReportAsync(threads: 2);
        foreach (string file in new[] { "summary.md", "budget-20/report.md", "budget-20/points.csv", "budget-20/jobs.csv" })
        {
            Assert.Equal(await File.ReadAllTextAsync(Path.Combine(one, file)), await File.ReadAllTextAsync(Path.Combine(two, file)));
        }

        string table = await File.ReadAllTextAsync(Path.Combine(one, "summary.md"));
        Assert.All(["base model", "full", "exact", "rotating", "bias-only"], name => Assert.Contains($"| {name} |", table, StringComparison.Ordinal));
        Assert.True(new FileInfo(Path.Combine(one, "budget-20", "accuracy.png")).Length > 1000);
    }

    [Fact]
    public async Task Every_selection_stays_within_its_budget_and_counts_as_many_updates()
    {
        WriteImages();
        List<StudyRun> runs = await CreateStudy().RunAsync((_, _) => { }, CancellationToken.None);

        Assert.Equal(["full", "exact", "rotating", "bias-only"], runs.Select(run => run.Cell.Selector).OrderBy(name => Array.IndexOf(["full", "exact", "rotating", "bias-only"], name)));
        Assert.All(runs, run => Assert.Equal((true, SimulationEnding.MaxTripsReached, Updates), (run.Result.IsComplete, run.Result.Ending, run.Result.Totals.Accepted + run.Result.Totals.Rejected)));
        Assert.All(runs.Where(run => run.BudgetBytes is not null), run => Assert.InRange(run.Result.Totals.PeakDeviceBytes, 1, run.BudgetBytes!.Value));
        Assert.Null(Assert.Single(runs, run => run.Cell.Selector == "full").BudgetBytes);
        Assert.Equal(StudyCell.Full, runs.MaxBy(run => run.TrainedParameters)!.Cell.Selector);
    }

    [Fact]
    public async Task A_rotating_selection_trains_other_parameters_later()
    {
        WriteImages();
        List<StudyRun> one = await CreateStudy(updates: 12).RunAsync((_, _) => { }, CancellationToken.None), two = await CreateStudy(updates: 24).RunAsync((_, _) => { }, CancellationToken.None);

        static ParameterSelection Last(List<StudyRun> runs, string selector) => runs.Single(run => run.Cell.Selector == selector).Result.Selection!;
        Assert.NotEqual(Last(one, "rotating"), Last(two, "rotating"));
        Assert.Equal(Last(one, "exact"), Last(two, "exact"));
    }

    [Fact]
    public async Task A_stopped_study_keeps_the_runs_that_are_done_and_the_earlier_report()
    {
        WriteImages();
        string folder = await ReportAsync(threads: 1), page = Path.Combine(folder, "budget-20", "report.md");
        string before = await File.ReadAllTextAsync(page);
        using var stop = new CancellationTokenSource();
        int reports = 0;
        List<StudyRun> runs = await CreateStudy().RunAsync((share, _) => StopAt(share > 0.5 && reports++ == 0), stop.Token);
        Assert.Contains(runs, run => run.Result.IsComplete);
        Assert.NotEqual(4, runs.Count(run => run.Result.IsComplete));

        StudyReport.Write(folder, CreateStudy(), runs, 0.1, isStopped: true);
        Assert.Equal(before, await File.ReadAllTextAsync(page));
        Assert.True(File.Exists(Path.Combine(folder, "summary.partial.md")));
        Assert.True(File.Exists(Path.Combine(folder, "budget-20", "partial", "report.md")));

        void StopAt(bool isTime)
        {
            if (isTime)
            {
                stop.Cancel();
            }
        }
    }

    [Theory]
    [InlineData("", "--data is missing")]
    [InlineData("--data nowhere", "the folder does not exist")]
    [InlineData("--data . --budgets 0.2,2", "--budgets 0.2,2")]
    [InlineData("--data . --selectors exact rotatng", "Did you mean 'rotating'?")]
    [InlineData("--data . --rates x", "--rates x")]
    [InlineData("--data . --public-classes 0", "from 1 to 10")]
    public async Task What_cannot_be_used_is_refused_in_one_line(string arguments, string reason)
    {
        int exitCode = await StudyCommand.InvokeAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), (_, _) => Task.FromResult(0), _output, _error);
        Assert.Equal(2, exitCode);
        Assert.Contains(reason, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_folder_that_is_a_file_is_refused()
    {
        await File.WriteAllTextAsync(_folder.File("file"), "");
        Assert.Equal(2, await StudyCommand.InvokeAsync(["--data", _folder.Path, "--report", _folder.File("file")], RunAsync, _output, _error));
        Assert.Contains("--report", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_devices_than_images_are_refused()
    {
        WriteImages();
        Assert.Equal(2, await StudyCommand.InvokeAsync(["--data", _folder.Path, "--devices", "100"], RunAsync, _output, _error));
        Assert.Contains("--devices 100", _error.ToString(), StringComparison.Ordinal);
    }

    private void WriteImages()
    {
        for (int i = 1; i <= 5; i++)
        {
            DataFiles.WriteCifar10(_folder.File($"data_batch_{i}.bin"), 20);
        }

        DataFiles.WriteCifar10(_folder.File("test_batch.bin"), 20);
    }

    private Study CreateStudy(int updates = Updates)
    {
        var options = new StudyOptions { DataFolder = _folder.Path, Devices = 45, Updates = updates, Seeds = 1, Budgets = [0.2], Rates = [0.01f, 0.02f], Selectors = ["full", "exact", "rotating", "bias-only"], Threads = 2 };
        CifarImages images = CifarImages.Divide(Cifar10Examples.Load(_folder.Path, CifarPart.Train), Cifar10Examples.Load(_folder.Path, CifarPart.Test), 10);
        Network network = NetworkZoo.Create("resnet8", NormalizationKind.Batch);
        return new Study(options, new StartModel(network, network.Initialize(1), images.Test, threads: 1), images);
    }

    private async Task<string> ReportAsync(int threads)
    {
        string report = _folder.File($"report{threads}");
        string[] arguments =
        [
            "--data", _folder.Path, "--devices", "45", "--updates", $"{Updates}", "--seeds", "1", "--budgets", "0.2", "--rates", "0.01,0.02", "--threads", $"{threads}",
            "--selectors", "full", "exact", "rotating", "bias-only", "--report", report,
        ];
        Assert.Equal(0, await StudyCommand.InvokeAsync(arguments, RunAsync, _output, _error));
        return report;
    }

    private Task<int> RunAsync(StudyOptions options, CancellationToken cancellationToken)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output), Ansi = AnsiSupport.No });
        return new Session(options, console, new ManualClock()).RunAsync(cancellationToken);
    }
}
