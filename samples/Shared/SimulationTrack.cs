using System.Globalization;
using Ftte.Simulation;
using Spectre.Console;

namespace Ftte.Samples.Shared;

/// <summary>Shows the progress of a simulated run.</summary>
internal static class SimulationTrack
{
    /// <summary>Runs a simulation and shows its progress.</summary>
    /// <param name="console">The console.</param>
    /// <param name="time">The clock that limits plain lines.</param>
    /// <param name="name">The name of the run.</param>
    /// <param name="run">The simulation; its progress goes to the argument.</param>
    /// <returns>The result.</returns>
    public static async Task<T> RunAsync<T>(IAnsiConsole console, TimeProvider time, string name, Func<Action<SimulationProgress>, Task<T>> run)
    {
        T result = default!;
        await ProgressTrack.RunAsync(console, time, name, async track => result = await run(progress => track.Report(progress.Share, Describe(progress))));
        return result;
    }

    /// <summary>Describes the state of a run, such as <c>version 12, 44.1 %, 42 s left</c>.</summary>
    public static string Describe(SimulationProgress progress)
    {
        string accuracy = progress.Quality is { } quality ? $", {Units.Percent(quality.Accuracy)}" : "";
        string left = progress.Remaining is { } remaining && progress.Share < 1 ? $", {Units.Duration(remaining)} left" : "";
        return string.Create(CultureInfo.InvariantCulture, $"version {progress.Version.Number}{accuracy}{left}");
    }
}
