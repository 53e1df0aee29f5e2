using System.Collections.Immutable;
using System.Globalization;
using Cifar10.Scenarios;
using Ftte;
using Ftte.Markdown;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.Simulation;
using Ftte.Simulation.Reports;
using Ftte.TinyEngine;
using Spectre.Console;

namespace Cifar10.Converge;

/// <summary>Represents one run of the scenarios <c>converge</c> and <c>convergetune</c>: runs every rule on every problem, and writes the report.</summary>
/// <param name="options">The options of the command.</param>
/// <param name="console">The console.</param>
/// <param name="time">The clock.</param>
internal sealed class ConvergeSession(Cifar10Options options, IAnsiConsole console, TimeProvider time)
{
    private readonly RunStore _store = new(options.ResumeFolder);
    private readonly List<ConvergeResult> _results = [];
    private readonly List<string> _notes = [];

    private bool IsTuning => options.Scenario == ScenarioName.ConvergeTune;

    /// <summary>Runs the command.</summary>
    /// <param name="cancellationToken">Cancels the run; results so far are written.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        string[] problems = Problems();
        try
        {
            foreach (string problem in problems)
            {
                foreach (ulong seed in Seeds())
                {
                    await RunAsync(problem, seed, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            Write(isStopped: cancellationToken.IsCancellationRequested);
        }

        return cancellationToken.IsCancellationRequested ? ExitCode.Cancelled : ExitCode.Done;
    }

    // Seed 0 tunes and is not reported.
    private IEnumerable<ulong> Seeds() => IsTuning ? [0] : Enumerable.Range(1, options.Seeds).Select(seed => (ulong)seed);

    private string[] Problems()
    {
        if (NameList.Check("--cells", "problem", options.Cells, ProblemData.Names, out string[] chosen) is { } fault)
        {
            throw new InputException(fault);
        }

        string[] wanted = chosen.Length > 0 ? chosen : [.. ProblemData.Names];
        string[] present = [.. wanted.Where(name => ProblemData.Has(options.DataFolder, name))];
        foreach (string missing in wanted.Except(present))
        {
            console.WriteText($"{missing}: --data does not contain the data set; the problem is omitted.");
        }

        return present.Length > 0 ? present : throw new InputException("--data contains none of the data sets mnist, cifar-10-batches-bin and wearables. Specify the folder that contains them.");
    }

    private async Task RunAsync(string name, ulong seed, CancellationToken cancellationToken)
    {
        Problem problem = ProblemData.Open(options.DataFolder, name, seed);
        ImmutableArray<ConvergeRule> rules = IsTuning ? ConvergeRules.Grid(name) : ConvergeRules.Of(name);
        if (NameList.Check("--rules", "rule of the scenario", options.Rules, [.. rules.SelectMany(rule => new[] { rule.Name, rule.FullName }).Distinct()], out string[] chosen) is { } fault)
        {
            throw new InputException(fault);
        }

        ModelSnapshot start = Start(problem, cancellationToken);
        foreach (ConvergeRule rule in rules.Where(rule => chosen.Length == 0 || chosen.Contains(rule.Name) || chosen.Contains(rule.FullName)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await RunAsync(problem, rule, start, seed, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(Problem problem, ConvergeRule rule, ModelSnapshot start, ulong seed, CancellationToken cancellationToken)
    {
        var run = new ConvergeRun(problem, rule, start, seed);
        string name = RunStore.Slug($"{options.Scenario}-{problem.Name}-{rule.Name}-{rule.Format}-{seed}"), title = $"{problem.Name}, {rule.FullName}, seed {seed}";

        // The result of a run that --trips ends early must not be taken for that of a whole run.
        string settings = options.Trips is { } trips ? string.Create(CultureInfo.InvariantCulture, $"{run.Settings}, at most {trips} jobs") : run.Settings;
        if (_store.Find(name, settings, FinalTest.FromJson) is { } found)
        {
            _results.Add(new ConvergeResult(problem.Name, rule, seed, found.Line, found.Result, problem.Devices));
            return;
        }

        var simulation = new SimulationOptions { Threads = options.Threads, Journal = _store.Journal(name, run.Settings), RealTime = time };
        SimulationResult result;
        try
        {
            result = await SimulationTrack.RunAsync(
                console, time, title, report => run.RunAsync(simulation with { Progress = report }, options.Trips, cancellationToken)).ConfigureAwait(false);
        }
        catch (BudgetTooSmallException tooSmall)
        {
            _notes.Add($"{title}: {tooSmall.Message}");
            return;
        }

        if (!result.IsComplete)
        {
            _notes.Add($"{title}: the run was stopped.");
            return;
        }

        ModelQuality quality = run.Task.TestAll(result.Model!.Parameters.Span);
        var final = new FinalTest(quality.Accuracy, quality.StragglerAccuracy);
        _store.Add(name, settings, final.ToJson(), result);
        _results.Add(new ConvergeResult(problem.Name, rule, seed, final, result, problem.Devices));
    }

    /// <summary>Returns the base model, trained on the public examples, or the one that an earlier call trained.</summary>
    private ModelSnapshot Start(Problem problem, CancellationToken cancellationToken)
    {
        Network network = problem.Network;
        float[] parameters = network.Initialize(seed: 1);
        string name = RunStore.Slug($"converge-{problem.Name}-{problem.Public.Count}");
        string? file = _store.BaseModel(name);
        if (file is not null && File.Exists(file))
        {
            WeightFile.Read(file, network, parameters, "--resume");
        }
        else
        {
            ProgressTrack.Run(console, time, $"base model of {problem.Name}", track => Train(network, parameters, problem, track.Report, cancellationToken));
            if (file is not null)
            {
                WeightFile.Write(file, network, parameters, "--resume");
            }
        }

        return new ModelSnapshot(network.Layout, default, parameters);
    }

    private void Train(Network network, float[] parameters, Problem problem, Action<double, string> report, CancellationToken cancellationToken)
    {
        var sgd = new SgdOptions
        {
            BatchSize = 50,
            Epochs = problem.BaseEpochs,
            LearningRate = 0.05f,
            Momentum = 0.9f,
            Seed = 1,
            Progress = step => report((double)step.Step / step.Steps, string.Create(CultureInfo.InvariantCulture, $"loss {step.MeanLoss:0.000}")),
        };
        IExampleSource examples = problem.IsAugmented
            ? new AugmentedExamples(problem.Public, network.InputShape.Height, network.InputShape.Width, network.InputShape.Channels)
            : problem.Public;
        network.Train(parameters, examples, sgd, engine: new EngineOptions { Threads = options.Threads }, cancellationToken: cancellationToken);
    }

    /// <summary>Writes the results: to the console first, which cannot fail. Results of a stopped run never replace earlier files.</summary>
    private void Write(bool isStopped)
    {
        ConvergeTable.Write(console, _results);
        _notes.ForEach(console.WriteText);
        var files = new List<string>();
        if (options.JsonFile is { } json)
        {
            Save(json, string.Concat(ConvergeTable.Lines(_results).Select(line => line.ToJson() + "\n")));
        }

        if (options.ReportFolder is { } folder && _results.Count > 0)
        {
            Save(Path.Combine(folder, "converge.md"), ConvergeTable.Of(_results) + string.Concat(_notes.Select(note => $"\n{MarkdownText.Escape(note)}\n")));
            foreach (IGrouping<string, ConvergeResult> problem in _results.GroupBy(result => result.Problem))
            {
                string chart = Path.Combine(folder, $"converge-{problem.Key}.png");
                SimulationReport.WriteAccuracyChart(PartialFile.For(chart, isStopped), problem.Key, [.. problem.Select(result => result.Result with { Rule = result.Rule.FullName })]);
                files.Add(PartialFile.For(chart, isStopped));
            }
        }

        files.ForEach(file => console.WriteFileName(file));

        void Save(string path, string text)
        {
            string file = PartialFile.For(path, isStopped);
            AtomicFile.WriteAllText(file, text);
            files.Add(file);
        }
    }
}
