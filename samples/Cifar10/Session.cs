using System.Collections.Immutable;
using System.Globalization;
using Cifar10.Data;
using Cifar10.Learning;
using Cifar10.Report;
using Cifar10.Scenarios;
using Ftte;
using Ftte.Markdown;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.Simulation.Reports;
using Ftte.TinyEngine;
using Spectre.Console;

namespace Cifar10;

/// <summary>Represents one run of the program: reads data, trains base models, runs every rule in every cell, and writes the report.</summary>
/// <param name="options">The options of the command.</param>
/// <param name="console">The console.</param>
/// <param name="time">The clock.</param>
internal sealed class Session(Cifar10Options options, IAnsiConsole console, TimeProvider time)
{
    private const int MadeUpPerFile = 500;

    /// <summary>The gains over the base model, in points, whose times are reported.</summary>
    private static readonly double[] Gains = [0.5, 1, 1.5, 2, 2.5, 3];

    private readonly RunStore _store = new(options.ResumeFolder);
    private readonly List<RunLine> _lines = [];
    private readonly List<string> _pages = [];

    /// <summary>Runs the command.</summary>
    /// <param name="cancellationToken">Cancels the run; results so far are written.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        Comparison[] comparisons = Chosen();
        CifarImages images = Read();
        var starts = new StartingPoints(images, _store, options.Threads, console, time);
        try
        {
            foreach (Comparison comparison in comparisons)
            {
                await CompareAsync(comparison, images, starts, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception refusal) when (IsRefusal(refusal))
        {
            Write(isStopped: true);
            throw Refused(refusal);
        }

        Write(cancellationToken.IsCancellationRequested);
        console.WriteText(string.Create(CultureInfo.InvariantCulture, $"{_lines.Count} runs, {time.GetElapsedTime(began).TotalMinutes:0.0} minutes."));
        return cancellationToken.IsCancellationRequested ? ExitCode.Cancelled : ExitCode.Done;
    }

    private static bool IsRefusal(Exception exception) => exception is IOException or UnauthorizedAccessException or InvalidDataException;

    private static InputException Refused(Exception refusal) => new(
        refusal is InvalidDataException
            ? refusal.Message
            : $"{refusal.Message.TrimEnd('.')}. Runs in the folder of --resume are not repeated.",
        refusal);

    /// <summary>Writes the results: to the console first, which cannot fail. Results of a stopped run never replace earlier files.</summary>
    private void Write(bool isStopped)
    {
        RunTable.Write(console, _lines);
        try
        {
            if (options.JsonFile is { } json)
            {
                Save(json, string.Concat(_lines.Select(line => line.ToJson() + "\n")));
            }

            if (options.ReportFolder is { } folder)
            {
                Save(Path.Combine(folder, "summary.md"), RunTable.Of(_lines));
            }
        }
        catch (Exception refusal) when (IsRefusal(refusal))
        {
            throw Refused(refusal);
        }

        foreach (string page in _pages)
        {
            console.WriteFileName(page);
        }

        void Save(string path, string text)
        {
            string file = PartialFile.For(path, isStopped);
            AtomicFile.WriteAllText(file, text);
            _pages.Add(file);
        }
    }

    // Seed 0 was used for tuning and is not reported.
    private IEnumerable<ulong> Seeds() =>
        options.Scenario == ScenarioName.Tune ? [0] : Enumerable.Range(1, options.Seeds).Select(seed => (ulong)seed);

    private Comparison[] Chosen()
    {
        ImmutableArray<Comparison> all = Scenario.Of(options.Scenario);
        ImmutableArray<string> cells = CheckNames("--cells", options.Cells, all.Select(comparison => comparison.Cell.Name));
        ImmutableArray<string> rules = CheckNames("--rules", options.Rules, all.SelectMany(comparison => comparison.Contenders).Select(rule => rule.Name));
        Comparison[] chosen = [.. all
            .Where(comparison => cells.IsEmpty || cells.Contains(comparison.Cell.Name))
            .Select(comparison => comparison with { Contenders = [.. comparison.Contenders.Where(rule => rules.IsEmpty || rules.Contains(rule.Name))] })
            .Where(comparison => !comparison.Contenders.IsEmpty)
            .Select(comparison => options.Trips is { } trips ? comparison with { Cell = comparison.Cell with { Trips = Math.Min(trips, comparison.Cell.Trips ?? trips) } } : comparison)];
        return chosen.Length > 0 ? chosen : throw new InputException("No run is selected: none of the rules is in any of the cells. Omit --cells or --rules.");
    }

    private ImmutableArray<string> CheckNames(string option, ImmutableArray<string> asked, IEnumerable<string> known) =>
        NameList.Check(option, $"name in the scenario {options.Scenario}", asked, [.. known.Distinct()], out string[] names) is { } problem ? throw new InputException(problem) : [.. names];

    private CifarImages Read()
    {
        (Cifar10Examples training, Cifar10Examples test) = options.DataFolder is { } folder ? Cifar10Files.Load(folder) : MakeUp();
        return new CifarImages(training, test);
    }

    private static (Cifar10Examples Training, Cifar10Examples Test) MakeUp()
    {
        DirectoryInfo made = Directory.CreateTempSubdirectory("ftte-images-");
        try
        {
            SyntheticImages.Write(made.FullName, MadeUpPerFile, seed: 1);
            return Cifar10Files.Load(made.FullName);
        }
        finally
        {
            made.Delete(recursive: true);
        }
    }

    private async Task CompareAsync(Comparison comparison, CifarImages images, StartingPoints starts, CancellationToken cancellationToken)
    {
        var results = new List<SimulationResult>();
        ImmutableArray<SimulatedDevice> devices = default;
        try
        {
            foreach (ulong seed in Seeds())
            {
                using var world = new World(comparison.Cell, images, seed);
                devices = devices.IsDefault ? world.Devices : devices;
                foreach (Contender contender in comparison.Contenders)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    StartingPoint start = starts.Of(comparison.Cell, contender, cancellationToken);
                    results.Add(await RunAsync(comparison.Cell, contender, world, start, seed, cancellationToken).ConfigureAwait(false));
                }
            }
        }
        finally
        {
            if (options.ReportFolder is { } folder && results.Count > 0)
            {
                bool isComplete = results.Count == Seeds().Count() * comparison.Contenders.Length && results.All(result => result.IsComplete);
                Report(Path.Combine(folder, comparison.Cell.Name), comparison, results, devices, isComplete);
            }
        }
    }

    private void Report(string folder, Comparison comparison, List<SimulationResult> results, ImmutableArray<SimulatedDevice> devices, bool isComplete)
    {
        // A report is also incomplete if rules are missing, even if all of its runs are complete.
        string page = SimulationReport.Write(PartialFile.Folder(folder, !isComplete, "report.md"), new ReportContent
        {
            Title = $"CIFAR-10, {comparison.Cell.Name}",
            Results = [.. comparison.Contenders.SelectMany(rule => results.Where(result => result.Rule == rule.Name))],
            Devices = devices,
            Notes = [MarkdownText.Escape($"{comparison.Cell}")],
        });
        _pages.Add(page);
    }

    private async Task<SimulationResult> RunAsync(Cell cell, Contender contender, World world, StartingPoint start, ulong seed, CancellationToken cancellationToken)
    {
        string run = RunStore.Slug($"{options.Scenario}-{cell.Name}-{contender.Name}-{seed}"), settings = $"{cell} {contender} {world.ImageCount} pictures";
        if (_store.Find(run, settings, RunLine.FromJson) is { } found)
        {
            _lines.Add(found.Line);
            return found.Result;
        }

        var simulation = new SimulationOptions
        {
            Seed = seed,
            Threads = options.Threads,
            Target = Math.Min(1, start.EvaluationAccuracy + cell.TargetGain),
            Journal = _store.Journal(run, settings),
            RealTime = time,
        };
        SimulationResult result = await SimulationTrack.RunAsync(
            console,
            time,
            $"{cell.Name}, {contender.Name}, seed {seed}",
            report => Experiment.RunAsync(contender, cell, world, start, simulation with { Progress = report }, cancellationToken)).ConfigureAwait(false);
        RunLine line = Line(cell, seed, result, world, start, contender.KeepsFeatures ? result.Selection : null);
        _lines.Add(line);
        if (result.IsComplete)
        {
            _store.Add(run, settings, line.ToJson(), result);
        }

        return result;
    }

    private static RunLine Line(Cell cell, ulong seed, SimulationResult result, World world, StartingPoint start, ParameterSelection? kept)
    {
        ModelQuality last = world.FinalTest.Measure(start.Network, result.Model!.Parameters.Span, kept);
        SimulationTotals totals = result.Totals;
        return new RunLine(
            cell.Name,
            result.Rule,
            seed,
            cell.Network,
            cell.Devices,
            cell.Stragglers,
            cell.Slowdown,
            cell.Alpha,
            cell.Concurrency,
            start.Accuracy,
            result.Target,
            result.TimeToTarget?.TotalSeconds,
            Gains.ToDictionary(
                gain => gain.ToString(CultureInfo.InvariantCulture), gain => result.WhenReached(start.EvaluationAccuracy + (gain / 100))?.Time.TotalSeconds),
            result.AtTarget is { } reached ? reached.BytesUp + reached.BytesDown : null,
            last.Accuracy,
            last.StragglerAccuracy,
            result.Duration.TotalSeconds,
            totals.BytesUp,
            totals.BytesDown,
            totals.PeakDeviceBytes,
            totals.MultiplyAdds,
            totals.MultiplyAdds == 0 ? 0 : totals.WastedMultiplyAdds / (double)totals.MultiplyAdds,
            totals.Trips,
            result.Jitter,
            result.IsComplete);
    }
}
