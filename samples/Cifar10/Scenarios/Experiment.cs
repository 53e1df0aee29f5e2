using Cifar10.Learning;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Scenarios;

/// <summary>Runs one contender in one world.</summary>
internal static class Experiment
{
    /// <summary>Longer than the slowest device takes to run its images through the frozen layers; the app contained the model before.</summary>
    private static readonly TimeSpan Preparation = TimeSpan.FromHours(1);

    /// <summary>The batch size of the training whose memory defines the budget of the subset. The memory of a rule is computed with its own batch size.</summary>
    private const int UsualBatch = 20;

    /// <summary>FedAsync publishes a version for every update, too many to evaluate all of them.</summary>
    private const int LooksAtFedAsync = 60;

    private static readonly double[] InputShares = [1.0 / 8, 1.0 / 4, 1.0 / 2, 1];

    /// <summary>Runs the contender.</summary>
    /// <param name="contender">The rule.</param>
    /// <param name="cell">The setting.</param>
    /// <param name="world">The devices and the data.</param>
    /// <param name="start">The initial model.</param>
    /// <param name="options">Seed, threads, journal; limits and evaluations are set by this method.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    public static async Task<SimulationResult> RunAsync(
        Contender contender, Cell cell, World world, StartingPoint start, SimulationOptions options, CancellationToken cancellationToken)
    {
        Network network = start.Network;
        SgdOptions sgd = Sgd(contender, options.Seed);
        ExampleCost everything = new WorkCost(network, Sgd(contender with { Batch = UsualBatch }, options.Seed), engine: null).Of(network.Trainable);
        using PlannedStore? store = contender.KeepsFeatures ? new PlannedStore() : null;
        EngineOptions? engine = contender.IsPlanned
            ? new EngineOptions { MicroBatchSize = contender.Normalization == NormalizationMode.Frozen ? 1 : null, FeatureStore = store?.Store }
            : null;
        int kept = store is null ? 0 : world.Examples.Max(own => own.Count);
        var cost = new WorkCost(network, sgd, engine, kept);
        SelectionRequest? request = contender.Trains == Trained.Everything ? null : new SelectionRequest(
            network.Profile(sgd, engine, InputShares, exampleCount: kept), Size(network), (long)(cell.BudgetShare * everything.MemoryBytes))
        {
            ComputeBudget = (long)(cell.ComputeShare * everything.MultiplyAdds),
        };
        ParameterSelection selection = request is null ? Everything(contender, network) : new ExactSelector().Select(request, cancellationToken).Selection;
        SimulationRule rule = Rule(contender, cell, selection) with { Reselection = contender.Trains == Trained.Rotation ? Rotating(request!, contender.RotatesEvery, options.Seed) : null };
        using var task = new CifarTask(network, world.Examples, sgd, cost, world.PeriodicTest, contender.KeepsFeatures ? selection : null);
        return await Simulator.RunAsync(
            rule, start.Model, world.Devices, task, Limited(options, cell, contender), cancellationToken).ConfigureAwait(false);
    }

    private static SimulationOptions Limited(SimulationOptions options, Cell cell, Contender contender) => options with
    {
        MaxTime = cell.Horizon,
        MaxTrips = cell.Trips,
        StopAtTarget = cell.EndsAtTarget,
        HeadStart = contender.IsPrepared ? Preparation : TimeSpan.Zero,
        EvaluateEvery = contender.Algorithm == Algorithm.FedAsync ? cell.Horizon / LooksAtFedAsync : TimeSpan.Zero,
    };

    private static SgdOptions Sgd(Contender contender, ulong seed) => new()
    {
        BatchSize = contender.Batch,
        Epochs = contender.Epochs,
        LearningRate = contender.ClientRate,
        ClipRatio = null,
        Normalization = contender.Normalization,
        LabelCalibration = contender.Calibration,
        Seed = seed,
    };

    // Importance is the number of parameters. Gradient energies, as measured by devices, prefer scales and early layers here; training these at steps of 0.1
    // diverges, and with smaller steps the model learned less.
    private static BlockImportance Size(Network network) =>
        new(network.Layout, [.. network.Layout.Blocks.Select(block => network.Trainable.Contains(block.Range.Start) ? (double)block.Range.Length : 0)]);

    // Batch statistics are uploaded and averaged like other parameters.
    private static ParameterSelection Everything(Contender contender, Network network) =>
        contender.Normalization == NormalizationMode.Batch ? ParameterSelection.Full(network.Layout) : network.Trainable;

    private static ReselectionOptions Rotating(SelectionRequest request, int versions, ulong seed) => new()
    {
        Selector = new RotatingSelector(seed: seed),
        Profile = request.Profile,
        Importance = request.Importance,
        EveryVersions = versions,
        Probes = 0,
        MemoryBudgetBytes = request.MemoryBudgetBytes,
        ComputeBudget = request.ComputeBudget,
    };

    private static SimulationRule Rule(Contender contender, Cell cell, ParameterSelection selection)
    {
        SimulationRule rule = contender.Algorithm switch
        {
            Algorithm.FedAvg => SimulationRule.FedAvg(selection, cell.Capacity, learningRate: contender.ServerRate),
            Algorithm.FedAsync => SimulationRule.FedAsync(selection, cell.Concurrency, contender.ServerRate),
            Algorithm.FedBuff => SimulationRule.FedBuff(selection, cell.Capacity, cell.Concurrency, contender.ServerRate),
            _ => SimulationRule.Ftte(selection, cell.Capacity, cell.Concurrency, contender.ServerRate),
        };
        if (contender.Weighting is { } weighting)
        {
            rule.Aggregation.Weighting = weighting;
        }

        return rule with { Name = contender.Name, Down = contender.Format, Up = contender.Format };
    }

    /// <summary>A file store for the plan: devices store features in a file, which takes no memory.</summary>
    private sealed class PlannedStore : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ftte-plan-");

        public PlannedStore() => Store = FeatureStore.InFile(Path.Combine(_folder.FullName, "features"));

        public FeatureStore Store { get; }

        public void Dispose()
        {
            Store.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
