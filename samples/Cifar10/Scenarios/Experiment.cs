using Cifar10.Learning;
using Ftte;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Scenarios;

/// <summary>Runs one contender in one world.</summary>
internal static class Experiment
{
    public const int Batch = 20;
    public const int Epochs = 2;

    /// <summary>The budget of the weakest device: a tenth of what a framework without a plan takes to train everything.</summary>
    public const double WeakestShare = 0.10;

    /// <summary>What the server spends of it: half, to leave the app some.</summary>
    public const double BudgetShare = 0.05;

    public static SgdOptions Sgd(Contender contender, ulong seed) => new()
    {
        BatchSize = Batch,
        Epochs = Epochs,
        LearningRate = contender.ClientRate,
        Normalization = contender.Normalization,
        Seed = seed,
    };

    public static Task<SimulationResult> RunAsync(
        Contender contender, Cell cell, World world, Network network, ModelSnapshot start, SimulationOptions options, CancellationToken cancellationToken)
    {
        SgdOptions sgd = Sgd(contender, options.Seed);
        var eager = new WorkCost(network, sgd, engine: null);
        long everything = eager.MemoryBytes(network.Trainable);
        FittedPlan? fitted = contender.IsPlanned ? Fit(contender, network, start, world, sgd, (long)(BudgetShare * everything), options.Seed) : null;
        ParameterSelection selection = fitted?.Plan.Selection ?? Everything(contender, network);
        WorkCost cost = fitted is null ? eager : new WorkCost(network, sgd, fitted.Engine);
        var task = new CifarTask(network, world.Examples, sgd, cost, world.TestOnTheWay);
        SimulationRule rule = Rule(contender, cell, selection);
        return Simulator.RunAsync(rule, start, world.Devices, task, options, cancellationToken);
    }

    private static ParameterSelection Everything(Contender contender, Network network) =>
        contender.Normalization == NormalizationMode.Batch ? ParameterSelection.Full(network.Layout) : network.Trainable;

    private static FittedPlan Fit(Contender contender, Network network, ModelSnapshot start, World world, SgdOptions sgd, long budget, ulong seed)
    {
        BlockImportance importance = Survey.Ask(network, start.Parameters.Span, world.Examples, seed);
        return network.Fit(contender.Trains == Trained.Everything ? long.MaxValue : budget, sgd, importance: importance);
    }

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
}
