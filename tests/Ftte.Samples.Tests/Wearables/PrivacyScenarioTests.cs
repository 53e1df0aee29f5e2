using Ftte.Samples.Shared;
using Ftte.Samples.Tests.Quickstart;
using Spectre.Console;
using Wearables;
using Wearables.Privacy;

namespace Ftte.Samples.Tests.Wearables;

public sealed class PrivacyScenarioTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_files_are_written_and_finished_results_are_not_computed_again()
    {
        WearablesOptions options = new()
        {
            Scenario = Scenario.Privacy,
            PrivateVersions = 2,
            Epsilons = [8],
            Threads = 1,
            ResumeFile = _folder.File("rows.jsonl"),
            JsonFile = _folder.File("p.json"),
            TableFile = _folder.File("t.md"),
            ChartFile = _folder.File("c.png"),
        };

        Assert.Equal(ExitCode.Done, await RunAsync(options));
        string[] rows = await File.ReadAllLinesAsync(options.ResumeFile, CancellationToken.None);
        Assert.Equal(PrivacySetting.Create([8]).Length, rows.Length);
        Assert.All([options.JsonFile, options.TableFile, options.ChartFile], file => Assert.True(File.Exists(file), file));

        Assert.Equal(ExitCode.Done, await RunAsync(options, new CancellationToken(canceled: true)));
        Assert.Equal(rows, await File.ReadAllLinesAsync(options.ResumeFile, CancellationToken.None));
    }

    private static Task<int> RunAsync(WearablesOptions options, CancellationToken cancellationToken = default) =>
        new PrivacySession(options, AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) }), TimeProvider.System).RunAsync(cancellationToken);
}
