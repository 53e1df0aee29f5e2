using Spectre.Console;

namespace Ftte.Samples.Shared;

/// <summary>Shows the progress of one part of the work. Not thread-safe.</summary>
internal abstract class ProgressTrack
{
    private const int BarWidth = 20;
    private const int MinWidth = 70;
    private const int PercentageWidth = 6; // a space, and 100%

    /// <summary>Runs work and shows its progress: a bar on a terminal, plain lines in a file or a pipe.</summary>
    /// <param name="console">The console.</param>
    /// <param name="time">The clock that limits plain lines.</param>
    /// <param name="name">The name of the work.</param>
    /// <param name="work">The work.</param>
    public static void Run(IAnsiConsole console, TimeProvider time, string name, Action<ProgressTrack> work)
    {
        if (!IsLive(console))
        {
            var lines = new LineTrack(console, time, name);
            work(lines);
            lines.Finish();
            return;
        }

        Bar(console).Start(context => work(new BarTrack(context.AddTask(Markup.Escape(name), maxValue: 1), name, RoomOf(console))));
    }

    /// <summary>Runs asynchronous work and shows its progress.</summary>
    /// <inheritdoc cref="Run" path="/param"/>
    public static async Task RunAsync(IAnsiConsole console, TimeProvider time, string name, Func<ProgressTrack, Task> work)
    {
        if (!IsLive(console))
        {
            var lines = new LineTrack(console, time, name);
            await work(lines);
            lines.Finish();
            return;
        }

        await Bar(console).StartAsync(context => work(new BarTrack(context.AddTask(Markup.Escape(name), maxValue: 1), name, RoomOf(console))));
    }

    /// <summary>Reports progress.</summary>
    /// <param name="share">The share of the work that is done, 0 to 1.</param>
    /// <param name="state">The state, such as the loss.</param>
    public abstract void Report(double share, string state);

    private static bool IsLive(IAnsiConsole console) => console.Profile.Out.IsTerminal && console.Profile.Capabilities is { Interactive: true, Ansi: true };

    /// <summary>Returns the number of characters for the state: a wrapped line would move the percentage off the terminal.</summary>
    private static int RoomOf(IAnsiConsole console) =>
        console.Profile.Width - PercentageWidth - (console.Profile.Width < MinWidth ? 0 : BarWidth + 1);

    private static Progress Bar(IAnsiConsole console)
    {
        // On a narrow terminal, the state uses the space of the bar.
        ProgressColumn[] columns = [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth }, new PercentageColumn()];
        return console.Progress().Columns(console.Profile.Width < MinWidth ? [columns[0], columns[2]] : columns);
    }
}

/// <summary>Represents a progress bar on a terminal.</summary>
/// <param name="task">The bar.</param>
/// <param name="name">The name of the work.</param>
/// <param name="room">The number of characters for name and state.</param>
internal sealed class BarTrack(ProgressTask task, string name, int room = int.MaxValue) : ProgressTrack
{
    public override void Report(double share, string state)
    {
        task.Description = Markup.Escape(TextLines.Cut($"{name}: {state}", room));
        task.Value = share;
    }
}

/// <summary>Writes progress as few lines, so that a log stays readable: at most one per second and one per twentieth of the work, but one per minute. The first report of the end is always written.</summary>
internal sealed class LineTrack(IAnsiConsole console, TimeProvider time, string name) : ProgressTrack
{
    private const double MinShare = 0.05;
    private static readonly TimeSpan MinPause = TimeSpan.FromSeconds(1), MaxPause = TimeSpan.FromMinutes(1);

    private (long Time, double Share)? _last;
    private (double Share, string State)? _left;

    public override void Report(double share, string state)
    {
        bool isDue = _last is not { } last
            || (share >= 1 && last.Share < 1)
            || (share - last.Share >= MinShare && time.GetElapsedTime(last.Time) >= MinPause)
            || time.GetElapsedTime(last.Time) >= MaxPause;
        if (isDue)
        {
            Write(share, state);
        }
        else
        {
            _left = (share, state);
        }
    }

    /// <summary>Writes the last report if it was omitted.</summary>
    public void Finish()
    {
        if (_left is { } left)
        {
            Write(left.Share, left.State);
        }
    }

    private void Write(double share, string state)
    {
        (_last, _left) = ((time.GetTimestamp(), share), null);
        console.Profile.Out.Writer.WriteLine($"{name}: {100 * share,3:0} %  {state}");
    }
}
