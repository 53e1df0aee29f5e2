using Spectre.Console;

namespace Quickstart;

/// <summary>The progress of one part of the work. Not for several threads at once.</summary>
internal abstract class ProgressTrack
{
    /// <summary>Says how far the work is.</summary>
    /// <param name="share">The share done, 0 to 1.</param>
    /// <param name="state">How things stand, such as <c>version 12, 91.3 %</c>.</param>
    public abstract void Report(double share, string state);

    /// <summary>Says that it is done, and with what.</summary>
    public abstract void Finish(string state);
}

/// <summary>A bar on a terminal.</summary>
internal sealed class LiveTrack(string name, ProgressTask task) : ProgressTrack
{
    public override void Report(double share, string state)
    {
        task.Description = Markup.Escape($"{name}: {state}");
        task.Value = share;
    }

    public override void Finish(string state)
    {
        Report(1, state);
        task.StopTask();
    }
}

/// <summary>Lines, at most one a second, so that a log stays readable; the last one always comes.</summary>
internal sealed class PlainTrack(string name, TextWriter writer, TimeProvider time) : ProgressTrack
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long? _lastLine;

    public override void Report(double share, string state)
    {
        if (_lastLine is { } last && time.GetElapsedTime(last) < Pause)
        {
            return;
        }

        _lastLine = time.GetTimestamp();
        writer.WriteLine($"{name}: {100 * Math.Clamp(share, 0, 1),3:0} %  {state}");
    }

    public override void Finish(string state) => writer.WriteLine($"{name}: done  {state}");
}
