using System.Collections.Immutable;
using System.Numerics.Tensors;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Quickstart;

/// <summary>Compares FedAvg and FTTE with the same base model, devices, data and virtual clock.</summary>
/// <param name="data">The digits.</param>
/// <param name="devices">The devices.</param>
/// <param name="settings">The settings.</param>
internal sealed class Experiment(DigitData data, ImmutableArray<SimulatedDevice> devices, ExperimentSettings settings)
{
    private const int UpdatesPerVersion = 10;
    private const int MaxAtWork = 85;
    private const double ShareAtWork = 0.85;
    private const int BaseEpochs = 20;

    // The approximate shares of the real time after which the base model and FedAvg are complete, for the progress display.
    private const double BaseShare = 0.02, FedAvgShare = 0.22;

    private readonly Network _network = NetworkZoo.DigitCnn(DigitData.Classes);
    private readonly SgdOptions _sgd = new() { BatchSize = 32, Seed = settings.Seed };

    /// <summary>Gets the plan of training all parameters, one example at a time.</summary>
    public TrainingPlan WholePlan => _network.Plan(_network.Trainable, _sgd, new EngineOptions { MicroBatchSize = 1 });

    /// <summary>Runs both methods.</summary>
    /// <param name="report">Receives the share of the work that is done, and the state.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>The result of FedAvg, then that of FTTE.</returns>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    public async Task<ImmutableArray<SimulationResult>> RunAsync(Action<double, string> report, CancellationToken cancellationToken)
    {
        report(0, "base model");
        ModelSnapshot start = TrainBase(cancellationToken);

        SimulationRule fedAvg = SimulationRule.FedAvg(_network.Trainable, UpdatesPerVersion, learningRate: settings.ServerStep);
        SimulationResult first = await RunAsync(fedAvg, WholePlan.EagerBytes, start, Part(BaseShare, FedAvgShare), cancellationToken);

        TrainingPlan plan = Fit(start, cancellationToken);
        SimulationRule ftte = SimulationRule.Ftte(plan.Selection, UpdatesPerVersion, Math.Min(MaxAtWork, (int)(ShareAtWork * devices.Length)), settings.ServerStep);
        ftte.Server.RequiredMemoryBytes = plan.PeakBytes;
        SimulationResult second = await RunAsync(ftte, plan.PeakBytes, start, Part(FedAvgShare, 1), cancellationToken);
        return [first, second];

        Action<string, SimulationProgress> Part(double from, double to) => (rule, progress) => report(
            from + ((to - from) * progress.Share), $"{rule}, {Units.Percent(progress.Quality?.Accuracy ?? 0)}");
    }

    /// <summary>Trains the base model on the digits of the server.</summary>
    private ModelSnapshot TrainBase(CancellationToken cancellationToken)
    {
        float[] parameters = _network.Initialize(settings.Seed);
        var sgd = new SgdOptions { BatchSize = 10, Epochs = BaseEpochs, Seed = settings.Seed };
        _network.Train(parameters, data.Public, sgd, cancellationToken: cancellationToken);
        return new ModelSnapshot(_network.Layout, default, parameters);
    }

    /// <summary>Selects the blocks with the largest gradients on the server's digits within the memory of the weakest device.</summary>
    private TrainingPlan Fit(ModelSnapshot start, CancellationToken cancellationToken)
    {
        float[] gradient = _network.Gradient(start.Parameters.Span, data.Public, cancellationToken: cancellationToken);
        var importance = new BlockImportance(
            _network.Layout, [.. _network.Layout.Blocks.Select(block => (double)TensorPrimitives.SumOfMagnitudes(gradient.AsSpan(block.Range.Start, block.Range.Length)))]);
        return _network.Fit(devices.Min(device => device.MemoryBudgetBytes), _sgd, importance: importance, cancellationToken: cancellationToken).Plan;
    }

    private async Task<SimulationResult> RunAsync(
        SimulationRule rule, long memoryBytes, ModelSnapshot start, Action<string, SimulationProgress> report, CancellationToken cancellationToken)
    {
        var options = new SimulationOptions
        {
            Seed = settings.Seed,
            MaxTime = settings.VirtualTime,
            EvaluateEvery = settings.EvaluateEvery,
            Target = settings.Target,
            Progress = progress => report(rule.Name, progress),
        };
        SimulationResult result = await Simulator.RunAsync(rule, start, devices, new DigitTask(_network, data, _sgd, memoryBytes), options, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return result;
    }
}
