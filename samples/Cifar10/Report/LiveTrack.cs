using System.Globalization;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Spectre.Console;

namespace Cifar10.Report;

/// <summary>Says how far one run is: a line that is written over on a terminal, few lines in a file or a pipe.</summary>
internal sealed class LiveTrack(IAnsiConsole console, TimeProvider time, string name) : IDisposable
{
    private readonly LineTrack _lines = new(console, time, name);
    private readonly bool _isLive = console.Profile.Out.IsTerminal && console.Profile.Capabilities is { Interactive: true, Ansi: true };

    /// <summary>Reports.</summary>
    public void Report(SimulationProgress progress)
    {
        string left = progress.Remaining is { } remaining ? $", {Units.Duration(remaining)} left" : "";
        string accuracy = progress.Quality is { } quality ? string.Create(CultureInfo.InvariantCulture, $", {100 * quality.Accuracy:0.0} %") : "";
        string state = $"version {progress.Version.Number}{accuracy}{left}";
        if (!_isLive)
        {
            _lines.Report(progress.Share, state);
            return;
        }

        // Back to the beginning of the line, and what was there is erased. A line longer than the terminal would leave its first part behind.
        string line = $"{name}: {100 * progress.Share,3:0} %  {state}";
        console.Profile.Out.Writer.Write($"\r\u001b[K{line[..Math.Min(line.Length, console.Profile.Width - 1)]}");
        console.Profile.Out.Writer.Flush();
    }

    public void Dispose()
    {
        if (_isLive)
        {
            console.Profile.Out.Writer.WriteLine();
        }
    }
}
