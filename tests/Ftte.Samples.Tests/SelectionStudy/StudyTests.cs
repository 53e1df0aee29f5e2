using System.Text.Json;
using Ftte.Samples.Tests.Quickstart;
using Ftte.Samples.Tests.TrainOnDevice;
using SelectionStudy;
using Spectre.Console;

namespace Ftte.Samples.Tests.SelectionStudy;

public sealed class StudyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_selection_learns_and_two_threads_come_to_the_same_as_one()
    {
        WritePictures();
        JsonElement one = await RunAsync(threads: 1), two = await RunAsync(threads: 2);
        Assert.Equal(one.ToString(), two.ToString());
        JsonElement[] runs = [.. one.GetProperty("runs").EnumerateArray()];
        Assert.Equal(["full", "exact", "rotating", "bias-only"], runs.Select(r => r.GetProperty("selector").GetString()).Order().OrderBy(n => n switch { "full" => 0, "exact" => 1, "rotating" => 2, _ => 3 }));
        Assert.All(runs.Where(r => r.GetProperty("selector").GetString() != "full"), r =>
            Assert.InRange(r.GetProperty("peakBytes").GetInt64(), 1, r.GetProperty("budgetBytes").GetInt64()));
        Assert.True(new FileInfo(_folder.File("study.png")).Length > 1000);
    }

    [Theory]
    [InlineData("", "--data is missing")]
    [InlineData("--data nowhere", "no such folder")]
    [InlineData("--data . --budgets 0.2,2", "--budgets 0.2,2")]
    [InlineData("--data . --selectors exact rotatng", "Did you mean 'rotating'?")]
    [InlineData("--data . --rates x", "--rates x")]
    [InlineData("--data . --public-classes 0", "from 1 to 10")]
    [InlineData("--data . --chart study.txt", ".png")]
    public async Task What_cannot_be_used_is_refused_in_one_line(string arguments, string reason)
    {
        int exitCode = await StudyCommand.InvokeAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), (_, _) => 0, _output, _error);
        Assert.Equal(2, exitCode);
        Assert.Contains(reason, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_devices_than_pictures_are_refused()
    {
        WritePictures();
        Assert.Equal(2, await StudyCommand.InvokeAsync(["--data", _folder.Path, "--devices", "100"], Run, _output, _error));
        Assert.Contains("--devices 100", _error.ToString(), StringComparison.Ordinal);
    }

    private void WritePictures()
    {
        for (int i = 1; i <= 5; i++)
        {
            DataFiles.WriteCifar10(_folder.File($"data_batch_{i}.bin"), 20);
        }

        DataFiles.WriteCifar10(_folder.File("test_batch.bin"), 20);
    }

    private async Task<JsonElement> RunAsync(int threads)
    {
        string json = _folder.File($"study{threads}.json");
        string[] arguments =
        [
            "--data", _folder.Path, "--devices", "45", "--updates", "12", "--seeds", "1", "--budgets", "0.2", "--rates", "0.01,0.02", "--threads", $"{threads}",
            "--selectors", "full", "exact", "rotating", "bias-only", "--json", json, "--chart", _folder.File("study.png"),
        ];
        Assert.Equal(0, await StudyCommand.InvokeAsync(arguments, Run, _output, _error));
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        return document.RootElement.Clone();
    }

    private int Run(StudyOptions options, CancellationToken cancellationToken)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output), Ansi = AnsiSupport.No });
        return new Session(options, console, new ManualClock()).Run(cancellationToken);
    }
}
