using System.Collections.Immutable;
using System.Globalization;
using Ftte;
using Ftte.Samples.Shared;
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

    /// <summary>Gets what the rows depend on besides network, seed, start and trained parameters.</summary>
    public string Settings { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.Versions} versions, {entry.Devices} devices, {entry.BaseEpochs} epochs for the base, learning rate {options.LearningRate?.ToString(CultureInfo.InvariantCulture) ?? "default"}, clip ratio {options.ClipRatio?.ToString(CultureInfo.InvariantCulture) ?? "default"}{(options.LabelCalibration is { } strength ? $", label calibration {strength.ToString(CultureInfo.InvariantCulture)}" : "")}, network {entry.Network.Layout.Fingerprint:x16}, examples {data.ComputeHash():x16}");

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
        FittedPlan? fitted = isSubset ? Fit(cancellationToken) : null;
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
        Network.Train(central, DeviceData.For(Network, data.Private), same, selection, new EngineOptions { Threads = options.Threads }, cancellationToken);
        return new ZooRow(
            entry.Name,
            data.Name,
            seed,
            startName,
            isSubset ? ZooRow.Subset : ZooRow.All,
            _test.Chance,
            _test.Measure(start),
            _test.Measure(central),
            result.Points[^1].Quality.Accuracy,
            result.Points[^1].Version.Number,
            result.Jobs.Count(job => job.UpdateOutcome == UpdateOutcome.NotFinite),
            fitted?.Plan.PeakBytes ?? all,
            Settings);
    }

    /// <summary>Returns the row of a subset that contains all parameters: only its micro-batches are smaller, which changes no bit of the result.</summary>
    /// <param name="whole">The row of the same start that trains all parameters.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The row; null if the subset is a proper one.</returns>
    public ZooRow? Repeat(ZooRow whole, CancellationToken cancellationToken)
    {
        FittedPlan fitted = Fit(cancellationToken);
        return fitted.Plan.Selection.Equals(Network.Trainable) ? whole with { Trains = ZooRow.Subset, PeakBytes = fitted.Plan.PeakBytes } : null;
    }

    /// <summary>Trains a base on the public examples, with batch statistics.</summary>
    public float[] TrainBase(CancellationToken cancellationToken)
    {
        float[] parameters = Network.Initialize(seed);
        SgdOptions sgd = Sgd();
        sgd.Epochs = entry.BaseEpochs;
        sgd.Normalization = NormalizationMode.Batch;
        Network.Train(parameters, DeviceData.For(Network, data.Public), sgd, engine: new EngineOptions { Threads = options.Threads }, cancellationToken: cancellationToken);
        return parameters;
    }

    private FittedPlan Fit(CancellationToken cancellationToken)
    {
        SgdOptions sgd = Sgd();
        return Network.Fit((long)(SubsetShare * Network.Plan(Network.Trainable, sgd).PeakBytes), sgd, cancellationToken: cancellationToken);
    }

    private SgdOptions Sgd()
    {
        var sgd = new SgdOptions { Seed = seed };
        sgd.LearningRate = options.LearningRate ?? sgd.LearningRate;
        sgd.ClipRatio = options.ClipRatio is { } ratio ? (ratio > 0 ? ratio : null) : sgd.ClipRatio;
        if (Network.ClassCount > 0)
        {
            sgd.LabelCalibration = options.LabelCalibration ?? sgd.LabelCalibration;
        }

        return sgd;
    }

    private ImmutableArray<IExampleSource> Devices()
    {
        int[][] parts = DataSplit.Dirichlet(
            ZooTest.Labels(data.Private), DataSplit.EqualSizes(data.Private.Count, entry.Devices), Alpha, seed);
        return [.. parts.Select(part => DeviceData.For(Network, new ChosenExamples(data.Private, part)))];
    }
}
