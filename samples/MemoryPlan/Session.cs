using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using MemoryPlan.Planning;
using MemoryPlan.Report;
using Spectre.Console;

namespace MemoryPlan;

/// <summary>Represents one run of the program: selects, verifies, shows and draws.</summary>
/// <param name="options">The options of the command.</param>
/// <param name="console">The console.</param>
/// <param name="time">The clock.</param>
internal sealed class Session(PlanOptions options, IAnsiConsole console, TimeProvider time)
{
    /// <summary>Runs the command.</summary>
    /// <param name="cancellationToken">Cancels the run; results so far are kept.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="OperationCanceledException">The run was canceled before anything was chosen.</exception>
    public int Run(CancellationToken cancellationToken)
    {
        using var problem = PlanningProblem.Of(options);
        DevicePlan plan = Interruptible.Run(() => DevicePlan.Find(problem, Selectors.Create(options.Selector, options.Seed)), cancellationToken);
        Introduce(problem.Network);
        LayerTable.Write(console, PlannedLayer.Of(plan));
        CertificateTable.Write(console, options, plan);
        if (options.ChartFile is { } chart)
        {
            PlanChart.Save(chart, options, plan);
            console.WriteFileName(chart);
        }

        Frontier? frontier = options.FrontierFile is { } picture ? Explore(problem, picture, cancellationToken) : null;
        if (options.JsonFile is { } json)
        {
            string file = PartialFile.For(json, frontier is { IsComplete: false });
            PlanJson.Write(file, PlanFacts.Of(options, plan, frontier));
            console.WriteFileName(file);
        }

        return frontier is { IsComplete: false } ? ExitCode.Cancelled : ExitCode.Done;
    }

    private void Introduce(Network network)
    {
        int count = network.Layout.ParameterCount;
        string importance = options.Importance == ImportanceKind.Parameters ? "its number of parameters" : "the sum of its parameters' squares";
        console.WriteText(
            $"{options.Model}: {count:N0} parameters, {options.Frozen.ToString().ToLowerInvariant()} where they are not trained; {options.BatchText}. "
            + $"The importance of a layer is {importance}; {options.Selector} selects.");
    }

    private Frontier Explore(PlanningProblem problem, string file, CancellationToken cancellationToken)
    {
        Frontier? frontier = null;
        NamedSelector[] selectors = [.. Selectors.Names.Select(name => Selectors.Create(name, options.Seed))];
        ProgressTrack.Run(console, time, "frontier", track => frontier = Frontier.Compute(problem, selectors, track.Report, cancellationToken));
        if (!frontier!.IsComplete)
        {
            console.WriteText("Stopped, so some points of the frontier are missing.");
        }

        if (!frontier.Points.IsEmpty)
        {
            file = PartialFile.For(file, !frontier.IsComplete);
            FrontierChart.Save(file, options, Selectors.Names, frontier);
            console.WriteFileName(file);
        }

        return frontier;
    }
}
