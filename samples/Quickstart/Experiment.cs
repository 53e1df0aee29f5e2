using Ftte;

namespace Quickstart;

/// <summary>The comparison: one base model, the same devices, data, clock and local training; FTTE and synchronous FedAvg.</summary>
/// <remarks>
/// Each method has its own server step size, tuned on other seeds. FedAvg trains everything on every device, also on those whose memory it exceeds:
/// leaving them out would only weaken it.
/// </remarks>
internal sealed class Experiment
{
    private const int Capacity = 10;
    private const double OverSelection = 1.3;
    private static readonly double[] InputShares = [1.0 / 8, 1.0 / 4, 3.0 / 8, 1.0 / 2, 3.0 / 4, 1];

    private readonly FederatedDigits _digits;
    private readonly DeviceSpec[] _devices;
    private readonly ExperimentSettings _settings;
    private readonly DigitModel _model;

    public Experiment(FederatedDigits digits, DeviceSpec[] devices, ExperimentSettings settings)
    {
        (_digits, _devices, _settings) = (digits, devices, settings);
        _model = new DigitModel(settings.Seed);
    }

    /// <summary>Runs the whole comparison.</summary>
    /// <param name="view">Shows how far it is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The accuracy of the base model, and each method's run with the memory it takes on a device.</returns>
    public async Task<ExperimentOutcome> RunAsync(ProgressView view, CancellationToken cancellationToken)
    {
        ProgressTrack track = view.Start("base model");
        ModelSnapshot start = _model.TrainBase(_digits.Public, cancellationToken);
        var test = new DigitExamples(_digits.Test);
        double baseAccuracy = _model.Accuracy(start, test);
        track.Finish(Units.Percent(baseAccuracy));

        Method ftte = Ftte(start), fedAvg = FedAvg();
        return new ExperimentOutcome(
            baseAccuracy,
            new MethodOutcome(ftte, await RunAsync(ftte, start, test, view, cancellationToken)),
            new MethodOutcome(fedAvg, await RunAsync(fedAvg, start, test, view, cancellationToken)));
    }

    /// <summary>FTTE: what fits the weakest device; most devices at work at once; small messages.</summary>
    private Method Ftte(ModelSnapshot start)
    {
        var registry = new DeviceRegistry();
        foreach (DeviceSpec device in _devices)
        {
            registry.Register(new ClientId(device.Name), device.MemoryBudgetBytes);
        }

        SelectionResult chosen = new GreedySelector().Select(new SelectionRequest(
            _model.Network.Profile(DigitModel.BatchSize, InputShares),
            _model.MeasureImportance(start, _digits.Public),
            registry.GetMemoryBudget().Bytes));
        return new Method(
            "FTTE",
            chosen.Selection,
            _model.Network.Plan(chosen.Selection, DigitModel.BatchSize).PeakBytes,
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
        return new Method(
            "FedAvg",
            everything,
            _model.Network.Plan(everything, DigitModel.BatchSize).PeakBytes,
            BufferedAggregatorOptions.FedAvg(Capacity, _settings.FedAvgStep),
            new FederatedServerOptions { MaxAssignmentsPerVersion = (int)Math.Ceiling(OverSelection * Capacity), Seed = _settings.Seed },
            Down: ValueFormat.Float32,
            Up: ValueFormat.Float32);
    }

    private Task<RunRecorder> RunAsync(Method method, ModelSnapshot start, DigitExamples test, ProgressView view, CancellationToken cancellationToken) =>
        VirtualRun.RunAsync(
            method,
            start,
            _devices,
            device => _model.CreateTrainer(_digits.Devices[device], _settings.LearningRate),
            new RunSettings(Epochs: 1, _settings.VirtualTime, _settings.Seed),
            model => _model.Accuracy(model, test),
            view.Start(method.Name),
            cancellationToken);
}

/// <summary>What an experiment came to.</summary>
internal sealed record ExperimentOutcome(double BaseAccuracy, MethodOutcome Ftte, MethodOutcome FedAvg);

/// <summary>What one method came to.</summary>
internal sealed record MethodOutcome(Method Method, RunRecorder Run)
{
    public MethodResult Summarize(double target) => Run.Summarize(target, Method.RequiredMemoryBytes);
}
