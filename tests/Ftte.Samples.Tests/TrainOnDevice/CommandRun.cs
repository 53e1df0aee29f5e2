using System.Text.Json;
using Ftte.Samples.Tests.Quickstart;
using Spectre.Console;
using TrainOnDevice;

namespace Ftte.Samples.Tests.TrainOnDevice;

/// <summary>Runs the program as its command line does, in a folder of its own, and keeps what it wrote.</summary>
internal sealed class CommandRun : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public TemporaryFolder Folder { get; } = new();

    public TimeProvider Time { get; set; } = new ManualClock();

    /// <summary>Stands for Ctrl+C.</summary>
    public CancellationToken Interrupted { get; set; }

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    public string ChartFile => Folder.File("plan.png");

    public string JsonFile => Folder.File("run.json");

    public Task<int> InvokeAsync(string arguments) => InvokeAsync([.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)], Run);

    public Task<int> InvokeAsync(string[] arguments, Func<TrainOptions, CancellationToken, int> run) =>
        TrainCommand.InvokeAsync(["--chart", ChartFile, "--json", JsonFile, .. arguments], run, _output, _error);

    public JsonElement ReadJson()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(JsonFile));
        return json.RootElement.Clone();
    }

    public void AssertOneErrorLine(string reason)
    {
        Assert.Contains(reason, Error, StringComparison.Ordinal);
        Assert.Equal(Error.Length - _error.NewLine.Length, Error.IndexOf(_error.NewLine, StringComparison.Ordinal));
    }

    public void Dispose() => Folder.Dispose();

    private int Run(TrainOptions options, CancellationToken cancellationToken)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output), Ansi = AnsiSupport.No });
        console.Profile.Width = 240;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Interrupted);
        return new Session(options, console, Time).Run(either.Token);
    }
}
