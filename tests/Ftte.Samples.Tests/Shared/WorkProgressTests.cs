using Ftte.Samples.Shared;
using Ftte.Samples.Tests.Quickstart;
using Spectre.Console;

namespace Ftte.Samples.Tests.Shared;

/// <summary>The progress of long work where output goes to a file or a pipe.</summary>
public sealed class WorkProgressTests
{
    [Fact]
    public async Task Redirected_output_gets_few_lines_with_an_estimate_and_always_the_last()
    {
        var clock = new ManualClock();
        string text = await WriteAsync(clock, progress =>
        {
            for (int i = 0; i < 25; i++)
            {
                progress.Report(i / 25.0, $"version {i}");
                clock.Advance(TimeSpan.FromSeconds(0.1));
            }

            progress.Report(1, "version 25");
            return Task.CompletedTask;
        });

        Assert.Equal(
            ["Training:   0 %  version 0", "Training:  40 %  version 10, 1.5 s left", "Training:  80 %  version 20, 0.5 s left", "Training: 100 %  version 25"],
            text.TrimEnd().Split('\n').Select(line => line.TrimEnd('\r')));
    }

    [Fact]
    public async Task A_share_below_an_earlier_one_does_not_move_the_bar_back()
    {
        var clock = new ManualClock();
        string text = await WriteAsync(clock, progress =>
        {
            progress.Report(0.5, "a");
            clock.Advance(TimeSpan.FromSeconds(2));
            progress.Report(0.1, "b");
            progress.Report(double.MaxValue, "c");
            return Task.CompletedTask;
        });

        Assert.Equal(["Training:  50 %  a, 0.0 s left", "Training: 100 %  c"], text.TrimEnd().Split('\n').Select(line => line.TrimEnd('\r')));
    }

    [Fact]
    public async Task A_failure_of_the_work_is_passed_on() =>
        await Assert.ThrowsAsync<InputException>(() => WriteAsync(new ManualClock(), _ => throw new InputException("no")));

    private static async Task<string> WriteAsync(TimeProvider time, Func<WorkProgress, Task> work)
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes });
        await WorkProgress.RunAsync(console, time, "Training", work);
        return text.ToString();
    }
}
