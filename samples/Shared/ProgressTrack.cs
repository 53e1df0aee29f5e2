using Spectre.Console;

namespace Ftte.Samples.Shared;

/// <summary>Shows how far one part of the work is. Not for several threads at once.</summary>
internal abstract class ProgressTrack
{
    private const int BarWidth = 20;
    private const int LeastWidth = 70;

    /// <summary>Runs work and shows how far it is: a bar that moves on a terminal, plain lines in a file or a pipe.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="time">The clock that limits plain lines.</param>
    /// <param name="name">What the work is.</param>
    /// <param name="work">The work.</param>
    public static void Run(IAnsiConsole console, TimeProvider time, string name, Action<ProgressTrack> work)
    {
        if (!IsLive(console))
        {
            work(new LineTrack(console, time, name));
            return;
        }

        Bar(console).Start(context => work(new BarTrack(context.AddTask(Markup.Escape(name), maxValue: 1), name)));
    }

    /// <summary>Runs asynchronous work and shows how far it is.</summary>
    /// <inheritdoc cref="Run" path="/param"/>
    public static async Task RunAsync(IAnsiConsole console, TimeProvider time, string name, Func<ProgressTrack, Task> work)
    {
        if (!IsLive(console))
        {
            await work(new LineTrack(console, time, name));
            return;
        }

        await Bar(console).StartAsync(context => work(new BarTrack(context.AddTask(Markup.Escape(name), maxValue: 1), name)));
    }

    /// <summary>Says how far the work is.</summary>
    /// <param name="share">The share done, 0 to 1.</param>
    /// <param name="state">How things stand.</param>
    public abstract void Report(double share, string state);

    private static bool IsLive(IAnsiConsole console) => console.Profile.Out.IsTerminal && console.Profile.Capabilities is { Interactive: true, Ansi: true };

    private static Progress Bar(IAnsiConsole console)
    {
        // On a narrow terminal the state needs the room of the bar.
        ProgressColumn[] columns = [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth }, new PercentageColumn()];
        return console.Progress().Columns(console.Profile.Width < LeastWidth ? [columns[0], columns[2]] : columns);
    }
}

/// <summary>A bar on a terminal.</summary>
internal sealed class BarTrack(ProgressTask task, string name) : ProgressTrack
{
    public override void Report(double share, string state)
    {
        task.Description = Markup.Escape($"{name}: {state}");
        task.Value = share;
    }
}

/// <summary>Lines, so few that a log stays readable: at most one a second and one per twentieth of the work; the last one always comes.</summary>
internal sealed class LineTrack(IAnsiConsole console, TimeProvider time, string name) : ProgressTrack
{
    private const double LeastShare = 0.05;
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    private (long Time, double Share)? _last;

    public override void Report(double share, string state)
    {
        bool isDue = _last is not { } last || (share - last.Share >= LeastShare && time.GetElapsedTime(last.Time) >= LeastPause);
        if (isDue || share >= 1)
        {
            _last = (time.GetTimestamp(), share);
            console.Profile.Out.Writer.WriteLine($"{name}: {100 * share,3:0} %  {state}");
        }
    }
}
