using Spectre.Console;

namespace Ftte.Samples.Shared;

/// <summary>Shows the progress of long work and an estimate of the remaining time: a bar on a terminal, a few lines in a file or a pipe. Safe for concurrent reports.</summary>
internal sealed class WorkProgress
{
    private const double MinShare = 0.02; // an estimate from a smaller share would be unstable
    private const int BarWidth = 20, MinConsoleWidth = 70;

    private readonly ProgressTrack _track;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Lock _lock = new();
    private double _share;

    private WorkProgress(ProgressTrack track, TimeProvider time) => (_track, _time, _start) = (track, time, time.GetTimestamp());

    /// <summary>Runs work and shows its progress.</summary>
    /// <param name="console">The console.</param>
    /// <param name="time">The clock of the estimate.</param>
    /// <param name="name">The name of the work.</param>
    /// <param name="work">The work.</param>
    public static Task RunAsync(IAnsiConsole console, TimeProvider time, string name, Func<WorkProgress, Task> work)
    {
        if (!console.Profile.Out.IsTerminal || console.Profile.Capabilities is not { Interactive: true, Ansi: true })
        {
            return work(new WorkProgress(new LineTrack(console, time, name), time));
        }

        // On a narrow terminal, the text uses the space of the bar.
        ProgressColumn[] columns = [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth }, new PercentageColumn()];
        return console.Progress()
            .Columns(console.Profile.Width < MinConsoleWidth ? [columns[0], columns[2]] : columns)
            .StartAsync(context => work(new WorkProgress(new BarTrack(context.AddTask(Markup.Escape(name), maxValue: 1), name), time)));
    }

    /// <summary>Reports progress. A share below an earlier one is ignored.</summary>
    /// <param name="share">The share of the work that is done, 0 to 1.</param>
    /// <param name="state">The state, such as <c>version 12, 91.3 %</c>.</param>
    public void Report(double share, string state)
    {
        lock (_lock)
        {
            _share = Math.Clamp(share, _share, 1);
            TimeSpan elapsed = _time.GetElapsedTime(_start);
            string left = _share is >= MinShare and < 1 ? $", {Units.Duration(elapsed * ((1 - _share) / _share))} left" : "";
            _track.Report(_share, state + left);
        }
    }
}
