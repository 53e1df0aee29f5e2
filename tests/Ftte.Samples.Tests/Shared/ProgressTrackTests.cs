using Ftte.Samples.Shared;
using Ftte.Samples.Tests.Quickstart;
using Ftte.Simulation;
using Spectre.Console;

namespace Ftte.Samples.Tests.Shared;

public sealed class ProgressTrackTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly IAnsiConsole _console;

    public ProgressTrackTests() => _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output), Ansi = AnsiSupport.No });

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_log_gets_the_first_the_end_and_the_last_state_once()
    {
        await ProgressTrack.RunAsync(_console, new ManualClock(), "work", track =>
        {
            track.Report(0, "a");
            track.Report(0.5, "b"); // the clock stands still, so it is not due
            track.Report(1, "c");
            track.Report(1, "d");
            track.Report(1, "e");
            return Task.CompletedTask;
        });

        Assert.Equal(["work:   0 %  a", "work: 100 %  c", "work: 100 %  e"], Lines());
    }

    [Fact]
    public void A_log_gets_a_line_per_minute_of_work_whose_end_is_not_known()
    {
        var clock = new ManualClock();
        ProgressTrack.Run(_console, clock, "work", track =>
        {
            track.Report(0, "a");
            foreach (string state in new[] { "b", "c", "d" })
            {
                clock.Advance(TimeSpan.FromSeconds(40));
                track.Report(0, state);
            }
        });

        Assert.Equal(["work:   0 %  a", "work:   0 %  c", "work:   0 %  d"], Lines());
    }

    [Fact]
    public void A_last_state_that_was_written_is_not_repeated()
    {
        ProgressTrack.Run(_console, new ManualClock(), "work", track => track.Report(1, "done"));

        Assert.Equal(["work: 100 %  done"], Lines());
    }

    [Fact]
    public async Task A_simulation_shows_version_accuracy_and_the_time_left()
    {
        int result = await SimulationTrack.RunAsync(_console, new ManualClock(), "run", report =>
        {
            report(new SimulationProgress(0.25, default, new ModelVersion(3), 9, new ModelQuality(0.441), default, TimeSpan.FromSeconds(42)));
            return Task.FromResult(7);
        });

        Assert.Equal(7, result);
        Assert.Equal(["run:  25 %  version 3, 44.1 %, 42 s left"], Lines());
    }

    private string[] Lines() => _output.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
}
