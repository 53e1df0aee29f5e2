using System.Collections.Immutable;
using System.Globalization;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.Simulation;
using Ftte.TinyEngine;
using Ftte.Wire;
using SelectionStudy.Data;

namespace SelectionStudy.Learning;

/// <summary>Runs every selector with every budget, each with its best learning rate, and training of all parameters as the reference.</summary>
/// <param name="options">The settings of the command.</param>
/// <param name="start">The base model.</param>
/// <param name="images">The images.</param>
internal sealed class Study(StudyOptions options, StartModel start, CifarImages images)
{
    private const ulong TuningSeed = 0;
    private const int Looks = 10;
    private static readonly double[] Shares = [1.0 / 8, 1.0 / 4, 1.0 / 2, 1];

    private readonly Dictionary<ulong, World> _worlds = [];
    private readonly StudyCell[] _cells = StudyCell.Of(options);
    private readonly TrainingProfile _profile = start.Network.Profile(new SgdOptions { BatchSize = options.Batch }, inputShares: Shares);
    private readonly int _tuningUpdates = Math.Max(1, options.Updates / 8);
    private Action<double, string> _report = (_, _) => { };
    private double _done;

    /// <summary>Gets the memory of training all parameters without a plan, in bytes.</summary>
    public long EagerBytes { get; } = start.Network.Plan(start.Network.Trainable, new SgdOptions { BatchSize = options.Batch }).EagerBytes;

    /// <summary>Gets the devices, which are identical for every seed.</summary>
    public ImmutableArray<SimulatedDevice> Devices { get; } = World.DevicesOf(options.Devices);

    private double AllUpdates => _cells.Length * (((double)Tried.Length * _tuningUpdates) + ((double)options.Seeds * options.Updates));

    /// <summary>Gets the learning rates to choose from; empty if there is only one.</summary>
    private ImmutableArray<float> Tried => options.Rates.Length > 1 ? options.Rates : [];

    /// <summary>Runs the study.</summary>
    /// <param name="report">Receives the share of the work that is done, and its state.</param>
    /// <param name="cancellationToken">Stops the study.</param>
    /// <returns>The runs by cell and seed. If the study was stopped, the last one may be incomplete.</returns>
    public async Task<List<StudyRun>> RunAsync(Action<double, string> report, CancellationToken cancellationToken)
    {
        (_report, _done) = (report, 0);
        var runs = new List<StudyRun>();
        try
        {
            foreach (StudyCell cell in _cells)
            {
                float rate = await TuneAsync(cell, cancellationToken);
                for (ulong seed = 1; seed <= (ulong)options.Seeds; seed++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    runs.Add(await RunAsync(cell, seed, rate, options.Updates, cancellationToken));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }

        return runs;
    }

    /// <summary>Returns the devices of a seed.</summary>
    public World WorldOf(ulong seed, CancellationToken cancellationToken)
    {
        if (!_worlds.TryGetValue(seed, out World? world))
        {
            ImmutableArray<Cifar10Examples> devices = images.DivideAmong(options.Devices, options.Alpha, seed);
            world = new World(devices, Survey.Ask(start.Network, start.Model.Parameters.ToArray(), devices, seed, cancellationToken));
            _worlds.Add(seed, world);
        }

        return world;
    }

    /// <summary>Finds the learning rate with the maximum accuracy after a few updates, with a seed that is not reported.</summary>
    private async Task<float> TuneAsync(StudyCell cell, CancellationToken cancellationToken)
    {
        (float Rate, double Accuracy) best = (options.Rates[0], -1);
        foreach (float rate in Tried)
        {
            StudyRun tried = await RunAsync(cell, TuningSeed, rate, _tuningUpdates, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            best = tried.Accuracy > best.Accuracy ? (rate, tried.Accuracy) : best;
        }

        return best.Rate;
    }

    private async Task<StudyRun> RunAsync(StudyCell cell, ulong seed, float rate, int updates, CancellationToken cancellationToken)
    {
        World world = WorldOf(seed, cancellationToken);
        IParameterSelector selector = Selectors.Create(cell.Selector, seed).Selector;
        long? budget = cell.BudgetShare is { } share ? (long)(share * EagerBytes) : null;
        SelectionResult first = selector.Select(new SelectionRequest(_profile, world.Importance, budget ?? long.MaxValue), cancellationToken);
        SimulationRule rule = SimulationRule.Ftte(first.Selection) with
        {
            Name = cell.Selector,
            Reselection = cell.EveryVersions is { } versions
                ? new ReselectionOptions { Selector = selector, Profile = _profile, Importance = world.Importance, EveryVersions = versions, Probes = 0, MemoryBudgetBytes = budget }
                : null,

            // Runs differ only in the selection, so updates are not compressed.
            Down = ValueFormat.Float32,
            Up = ValueFormat.Float32,
        };
        var sgd = new SgdOptions { BatchSize = options.Batch, LearningRate = rate, Seed = seed };
        string name = string.Create(CultureInfo.InvariantCulture, $"{cell.Selector}{(cell.BudgetShare is { } part ? $", {100 * part:0} %" : "")}, seed {seed}, step {rate}");
        var simulation = new SimulationOptions
        {
            Seed = seed,
            Threads = options.Threads,

            // A rejected update that diverged also counts, because the device has computed it.
            MaxTrips = updates,
            EvaluateEveryVersions = seed == TuningSeed ? int.MaxValue : Math.Max(1, updates / rule.Aggregation.Capacity / Looks),
            Progress = progress => _report((_done + (progress.Share * updates)) / AllUpdates, $"{name}: {SimulationTrack.Describe(progress with { Remaining = null })}"),
        };
        SimulationResult result = await Simulator.RunAsync(rule, start.Model, Devices, new StudyTask(start, world.Examples, sgd), simulation, cancellationToken);
        _done += updates;
        return new StudyRun(cell, budget, rate, first.Selection.Count, first.Certificate.Objective / world.Importance.Values.Sum(), start.Measure(result.Model!), result);
    }
}
