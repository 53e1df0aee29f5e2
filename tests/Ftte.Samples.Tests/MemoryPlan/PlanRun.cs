using System.Text.Json;
using Ftte.Samples.Tests.Quickstart;
using MemoryPlan;
using Spectre.Console;

namespace Ftte.Samples.Tests.MemoryPlan;

/// <summary>Runs the program as its command line does, in a folder of its own, and keeps what it wrote.</summary>
internal sealed class PlanRun : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public TemporaryFolder Folder { get; } = new();

    /// <summary>Stands for Ctrl+C.</summary>
    public CancellationToken Interrupted { get; set; }

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    public string ChartFile => Folder.File("plan.png");

    public string FrontierFile => Folder.File("frontier.png");

    public string JsonFile => Folder.File("plan.json");

    /// <summary>Runs with all files written.</summary>
    public Task<int> InvokeAsync(string arguments) => InvokeAsync(
        ["--chart", ChartFile, "--frontier", FrontierFile, "--json", JsonFile, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)], Run);

    public Task<int> InvokeAsync(string[] arguments, Func<PlanOptions, CancellationToken, int> run) =>
        PlanCommand.InvokeAsync(arguments, run, _output, _error);

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

    public int Run(PlanOptions options, CancellationToken cancellationToken)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output), Ansi = AnsiSupport.No });
        console.Profile.Width = 240;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Interrupted);
        return new Session(options, console, new ManualClock()).Run(either.Token);
    }
}
