using Ftte;
using Ftte.Aggregation;
using Ftte.TinyEngine;
using Ftte.Wire;

namespace Quickstart;

/// <summary>The comparison: one base model, the same devices, data, clock and local training; FTTE and synchronous FedAvg.</summary>
/// <remarks>
/// Each method has its own server step size, tuned on other seeds. FedAvg trains everything on every device, also on those whose memory it exceeds:
/// leaving them out would only weaken it. Its memory is counted as of a framework that holds everything for a whole batch; the plan of the same
/// in this engine is reported next to it. Both methods compute one example at a time, which gives the same gradients as the whole batch at once.
/// </remarks>
internal sealed class Experiment
{
    private const int Capacity = 10;
    private const int LocalEpochs = 1;
    private const double OverSelection = 1.3;
    private static readonly double[] InputShares = [1.0 / 8, 1.0 / 4, 3.0 / 8, 1.0 / 2, 3.0 / 4, 1];
    private static readonly EngineOptions OneByOne = new() { MicroBatchSize = 1 };

    private readonly FederatedDigits _digits;
    private readonly DeviceSpec[] _devices;
    private readonly ExperimentSettings _settings;
    private readonly DigitModel _model;
    private readonly SgdOptions _local;

    public Experiment(FederatedDigits digits, DeviceSpec[] devices, ExperimentSettings settings)
    {
        (_digits, _devices, _settings) = (digits, devices, settings);
        _model = new DigitModel(settings.Seed);
        _local = new SgdOptions { BatchSize = DigitModel.BatchSize, Epochs = LocalEpochs, LearningRate = settings.LearningRate, ClipRatio = null, Seed = settings.Seed };
    }

    /// <summary>Runs the whole comparison.</summary>
    /// <param name="view">Shows how far it is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The accuracy of the base model, and each method's run with the memory it takes on a device.</returns>
    public async Task<ExperimentOutcome> RunAsync(ProgressView view, CancellationToken cancellationToken)
    {
        ProgressTrack track = view.Start("base model");
        ModelSnapshot start = _model.TrainBase(_digits.Public, cancellationToken);
        double baseAccuracy = _model.Accuracy(start, _digits.Test);
        track.Finish(Units.Percent(baseAccuracy));

        Method ftte = Ftte(start), fedAvg = FedAvg();
        return new ExperimentOutcome(
            baseAccuracy,
            new MethodOutcome(ftte, await RunAsync(ftte, start, view, cancellationToken)),
            new MethodOutcome(fedAvg, await RunAsync(fedAvg, start, view, cancellationToken)));
    }

    /// <summary>FTTE: what fits the weakest device; most devices at work at once; small messages.</summary>
    private Method Ftte(ModelSnapshot start)
    {
        var registry = new DeviceRegistry();
        foreach (DeviceSpec device in _devices)
        {
            registry.Register(new ClientId(device.Name), device.MemoryBudgetBytes);
        }

        FittedPlan fitted = _model.Network.Fit(
            registry.GetMemoryBudget().Bytes, _local, OneByOne, _model.MeasureImportance(start, _digits.Public), InputShares);
        TrainingPlan plan = fitted.Plan;
        return new Method(
            "FTTE",
            plan.Selection,
            fitted.Engine,
            new MemoryUse(plan.PeakBytes, plan.PeakBytes),
            new BufferedAggregatorOptions
            {
                Capacity = Capacity,
                Concurrency = _settings.FtteAtWork,
                Reduction = _settings.FtteReduction,
                Optimizer = ServerOptimizer.Sgd(_settings.FtteStep),
            },
            new FederatedServerOptions { MaxConcurrency = _settings.FtteAtWork, Seed = _settings.Seed },
            Down: ValueFormat.Int8,
            Up: ValueFormat.Int8);
    }

    /// <summary>Synchronous FedAvg: everything is trained, the first K of 1.3 K make a round, messages are float32.</summary>
    private Method FedAvg()
    {
        ParameterSelection everything = ParameterSelection.Full(_model.Network.Layout);
        TrainingPlan plan = _model.Network.Plan(everything, _local, OneByOne);
        return new Method(
            "FedAvg",
            everything,
            OneByOne,
            new MemoryUse(plan.EagerBytes, plan.PeakBytes),
            BufferedAggregatorOptions.FedAvg(Capacity, _settings.FedAvgStep),
            new FederatedServerOptions { MaxAssignmentsPerVersion = (int)Math.Ceiling(OverSelection * Capacity), Seed = _settings.Seed },
            Down: ValueFormat.Float32,
            Up: ValueFormat.Float32);
    }

    private Task<RunRecorder> RunAsync(Method method, ModelSnapshot start, ProgressView view, CancellationToken cancellationToken) =>
        VirtualRun.RunAsync(
            method,
            start,
            _devices,
            device => _model.CreateTrainer(_digits.Devices[device], _local, method.Engine),
            new RunSettings(LocalEpochs, _settings.VirtualTime, _settings.LookEvery, _settings.Seed),
            model => _model.Accuracy(model, _digits.Test),
            view.Start(method.Name),
            cancellationToken);
}

/// <summary>What an experiment came to.</summary>
internal sealed record ExperimentOutcome(double BaseAccuracy, MethodOutcome Ftte, MethodOutcome FedAvg);

/// <summary>What one method came to.</summary>
internal sealed record MethodOutcome(Method Method, RunRecorder Run)
{
    public MethodResult Summarize(double target) => Run.Summarize(target, Method.Memory);
}
