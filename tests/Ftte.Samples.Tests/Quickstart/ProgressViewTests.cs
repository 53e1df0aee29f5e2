using Quickstart;
using Spectre.Console;

namespace Ftte.Samples.Tests.Quickstart;

public class ProgressViewTests
{
    [Fact]
    public async Task Redirected_output_gets_plain_lines_one_a_second_at_most_and_always_the_last()
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes });
        var clock = new ManualClock();
        await ProgressView.RunAsync(console, clock, view =>
        {
            ProgressTrack track = view.Start("FTTE");
            for (int i = 0; i < 25; i++)
            {
                track.Report(i / 25.0, $"version {i}");
                clock.Advance(TimeSpan.FromSeconds(0.1));
            }

            track.Finish("version 25");
            return Task.CompletedTask;
        });

        string newLine = text.NewLine;
        Assert.Equal(
            $"FTTE:   0 %  version 0{newLine}FTTE:  40 %  version 10{newLine}FTTE:  80 %  version 20{newLine}FTTE: done  version 25{newLine}",
            text.ToString());
    }

    [Fact]
    public async Task A_failure_of_the_work_comes_out()
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text) });
        await Assert.ThrowsAsync<InputException>(() => ProgressView.RunAsync(console, new ManualClock(), _ => throw new InputException("no")));
    }
}
