using Ftte.Samples.Shared;
using Ftte.Samples.Tests.Quickstart;
using Spectre.Console;
using Wearables;

namespace Ftte.Samples.Tests.Wearables;

public sealed class WearablesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Finished_results_are_kept_and_an_incomplete_line_is_computed_again()
    {
        string file = _folder.File("rows.jsonl");
        WearablesOptions options = Small(file);
        Assert.Equal(ExitCode.Done, await RunAsync(options));
        string first = await File.ReadAllTextAsync(file, CancellationToken.None);
        Assert.Equal(4, first.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        await File.WriteAllTextAsync(file, first[..^20], CancellationToken.None);
        Assert.Equal(ExitCode.Done, await RunAsync(options));
        Assert.Equal(first, await File.ReadAllTextAsync(file, CancellationToken.None));

        await Assert.ThrowsAsync<OperationCanceledException>(() => RunAsync(options with { ResumeFile = null }, new CancellationToken(canceled: true)));
        Assert.Equal(ExitCode.Done, await RunAsync(options, new CancellationToken(canceled: true))); // nothing is computed again
    }

    [Fact]
    public async Task Results_of_other_settings_are_not_used()
    {
        string file = _folder.File("rows.jsonl");
        await RunAsync(Small(file));
        await RunAsync(Small(file) with { Versions = 3 });

        Assert.Equal(8, (await File.ReadAllLinesAsync(file, CancellationToken.None)).Length);
    }

    [Fact]
    public async Task A_damaged_line_is_named()
    {
        string file = _folder.File("rows.jsonl");
        await File.WriteAllTextAsync(file, "{}x\n", CancellationToken.None);

        Assert.Contains("line 1", (await Assert.ThrowsAsync<InputException>(() => RunAsync(Small(file)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canceled_run_keeps_what_is_finished()
    {
        string file = _folder.File("rows.jsonl");

        Assert.Equal(ExitCode.Cancelled, await RunAsync(Small(file), new CancellationToken(canceled: true)));
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task A_watch_with_too_little_memory_is_invalid_input() =>
        Assert.StartsWith("--watch, --phone: ", (await Assert.ThrowsAsync<InputException>(() => RunAsync(Small(file: null) with { WatchBytes = 1000 }))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task All_files_that_options_name_are_written()
    {
        WearablesOptions options = Small(file: null) with
        {
            Methods = ["FTTE", "Ditto", "fine-tuning"],
            JsonFile = _folder.File("r.json"),
            TableFile = _folder.File("t.md"),
            ChartFile = _folder.File("c.png"),
            ReportFolder = _folder.File("report"),
        };

        Assert.Equal(ExitCode.Done, await RunAsync(options));
        Assert.All([options.JsonFile, options.TableFile, options.ChartFile, _folder.File("report/fine-tuning.png"), _folder.File("report/watch/report.md")], file => Assert.True(File.Exists(file), file));
    }

    private static WearablesOptions Small(string? file) => new() { Methods = ["base", "FTTE"], Versions = 2, Folds = 1, Threads = 1, ResumeFile = file };

    private static Task<int> RunAsync(WearablesOptions options, CancellationToken cancellationToken = default)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(new StringWriter()) });
        return new Session(options, console, TimeProvider.System).RunAsync(cancellationToken);
    }
}
