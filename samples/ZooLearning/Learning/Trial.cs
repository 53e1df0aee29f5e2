using System.Collections.Immutable;
using Ftte;
using Ftte.Simulation;
using Ftte.Simulation.Data;
using Ftte.TinyEngine;
using ZooLearning.Data;

namespace ZooLearning.Learning;

/// <summary>Trains one network in a federation and centrally.</summary>
/// <param name="entry">The network.</param>
/// <param name="data">The data.</param>
/// <param name="options">The settings of the command.</param>
/// <param name="seed">The seed.</param>
internal sealed class Trial(ZooEntry entry, ZooData data, ZooOptions options, ulong seed)
{
    private const double Alpha = 1, Stragglers = 0.2, Slowdown = 10, SubsetShare = 0.5;

    private readonly ZooTest _test = new(entry.Network, data.Test);

    private Network Network => entry.Network;

    /// <summary>Runs the federation and central training.</summary>
    /// <param name="start">The parameters at the start.</param>
    /// <param name="startName">The name of the start.</param>
    /// <param name="isSubset">True if devices train a subset that fits half of the memory of training all parameters.</param>
    /// <param name="progress">Receives the progress of the federation; null for none.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    public async Task<ZooRow> RunAsync(float[] start, string startName, bool isSubset, Action<SimulationProgress>? progress, CancellationToken cancellationToken)
    {
        SgdOptions sgd = Sgd();
        long all = Network.Plan(Network.Trainable, sgd).PeakBytes;
        FittedPlan? fitted = isSubset ? Network.Fit((long)(SubsetShare * all), sgd, cancellationToken: cancellationToken) : null;
        ParameterSelection selection = fitted?.Plan.Selection ?? Network.Trainable;
        var task = new ZooTask(Network, Devices(), sgd, fitted?.Engine, _test);
        SimulationRule rule = SimulationRule.Ftte(selection);
        var simulation = new SimulationOptions { Seed = seed, Threads = options.Threads, MaxVersions = entry.Versions, EvaluateEveryVersions = int.MaxValue, MaxTrips = 3L * entry.Versions * rule.Aggregation.Capacity, Progress = progress };
        ImmutableArray<SimulatedDevice> devices = DevicePopulation.WithStragglers(DevicePopulation.Of(DeviceKind.Phone, entry.Devices, seed), Stragglers, Slowdown, seed);
        SimulationResult result = await Simulator.RunAsync(rule, new ModelSnapshot(Network.Layout, default, start), devices, task, simulation, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        float[] central = [.. start];
        SgdOptions same = Sgd();
        same.Steps = entry.Versions * (int)Math.Ceiling(entry.ExamplesPerDevice / (double)same.BatchSize);
        Network.Train(central, ZooData.For(Network, data.Private), same, selection, new EngineOptions { Threads = options.Threads }, cancellationToken);
        return new ZooRow(
            entry.Name,
            data.Name,
            seed,
            startName,
            isSubset ? "subset" : "all",
            _test.Chance,
            _test.Measure(start),
            _test.Measure(central),
            result.Points[^1].Quality.Accuracy,
            result.Points[^1].Version.Number,
            result.Jobs.Count(job => job.UpdateOutcome == UpdateOutcome.NotFinite),
            fitted?.Plan.PeakBytes ?? all);
    }

    /// <summary>Trains a base on the public examples, with batch statistics.</summary>
    public float[] TrainBase(CancellationToken cancellationToken)
    {
        float[] parameters = Network.Initialize(seed);
        SgdOptions sgd = Sgd();
        sgd.Epochs = entry.BaseEpochs;
        sgd.Normalization = NormalizationMode.Batch;
        Network.Train(parameters, ZooData.For(Network, data.Public), sgd, engine: new EngineOptions { Threads = options.Threads }, cancellationToken: cancellationToken);
        return parameters;
    }

    private SgdOptions Sgd()
    {
        var sgd = new SgdOptions { Seed = seed };
        sgd.LearningRate = options.LearningRate ?? sgd.LearningRate;
        sgd.ClipRatio = options.ClipRatio is { } ratio ? (ratio > 0 ? ratio : null) : sgd.ClipRatio;
        return sgd;
    }

    private ImmutableArray<IExampleSource> Devices()
    {
        int[][] parts = DataSplit.Dirichlet(
            ZooTest.Labels(data.Private), DataSplit.EqualSizes(data.Private.Count, entry.Devices), Alpha, seed);
        return [.. parts.Select(part => ZooData.For(Network, new ChosenExamples(data.Private, part)))];
    }
}
