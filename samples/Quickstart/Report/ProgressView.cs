using Spectre.Console;

namespace Quickstart;

/// <summary>Shows what is going on: bars that move on a terminal, plain lines where output goes to a file or a pipe.</summary>
internal sealed class ProgressView
{
    private readonly Func<string, ProgressTrack> _start;

    private ProgressView(Func<string, ProgressTrack> start) => _start = start;

    /// <summary>Runs work and shows its progress.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="time">The clock that limits plain lines to one a second for each track.</param>
    /// <param name="work">The work; it starts a track for each of its parts.</param>
    public static Task RunAsync(IAnsiConsole console, TimeProvider time, Func<ProgressView, Task> work)
    {
        if (!console.Profile.Out.IsTerminal || console.Profile.Capabilities is not { Interactive: true, Ansi: true })
        {
            return work(new ProgressView(name => new PlainTrack(name, console.Profile.Out.Writer, time)));
        }

        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context => work(new ProgressView(name => new LiveTrack(name, context.AddTask(Markup.Escape(name), maxValue: 1)))));
    }

    /// <summary>Starts to show one part of the work.</summary>
    public ProgressTrack Start(string name) => _start(name);
}
