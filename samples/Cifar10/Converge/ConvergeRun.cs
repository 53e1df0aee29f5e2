using System.Collections.Immutable;
using Cifar10.Scenarios;
using Ftte;
using Ftte.Aggregation;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Converge;

/// <summary>Runs one rule on one problem until its accuracy no longer improves.</summary>
/// <param name="problem">The problem.</param>
/// <param name="rule">The rule.</param>
/// <param name="start">The base model.</param>
/// <param name="seed">The seed.</param>
internal sealed class ConvergeRun(Problem problem, ConvergeRule rule, ModelSnapshot start, ulong seed)
{
    private const int ReselectionVersions = 50;

    /// <summary>The time between evaluations, as a share of the elapsed time: about 250 evaluations in four hours.</summary>
    private const double EvaluationShare = 0.04;

    /// <summary>FedAvg and the others clip and cap updates like FTTE, so that rules are compared and not protections.</summary>
    private const double NormClip = 3, ExampleCap = 10;

    /// <summary>Longer than any run takes until its plateau.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(365);

    private static readonly TimeSpan FirstEvaluations = TimeSpan.FromSeconds(2);

    private static readonly double[] InputShares = [1.0 / 8, 1.0 / 4, 1.0 / 2, 1];

    /// <summary>Gets the description of the run, by which a stored result is recognized.</summary>
    public string Settings => $"{problem.Name}, {problem.Devices.Length} devices, seed {seed}, {rule}, patience {problem.PatienceJobs}, start {start.Fingerprint:x16}";

    /// <summary>Gets the task after the run, for the final test.</summary>
    public ProblemTask Task { get; } = CreateTask(problem, rule, seed);

    /// <summary>Runs the rule.</summary>
    /// <param name="options">The threads, journal and progress; limits are set by this method.</param>
    /// <param name="maxTrips">The maximum number of jobs; null for no limit.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The result.</returns>
    /// <exception cref="BudgetTooSmallException">Nothing can be trained within the memory budget.</exception>
    public Task<SimulationResult> RunAsync(SimulationOptions options, long? maxTrips, CancellationToken cancellationToken)
    {
        SgdOptions sgd = Sgd(rule, seed);
        SelectionRequest? request = rule.BudgetShare is { } share ? Request(sgd, share) : null;
        IParameterSelector selector = new RotatingSelector(seed: seed, blockCycle: rule.Parts);
        selector = rule.GrowingTurns > 0 ? new GrowingSelector(selector, rule.GrowingTurns) : selector;
        ParameterSelection selection = request is null ? problem.Network.Trainable : selector.Select(request, cancellationToken).Selection;
        ReselectionOptions? reselection = request is null ? null : new ReselectionOptions
        {
            Selector = selector,
            Profile = request.Profile,
            Importance = request.Importance,
            EveryVersions = ReselectionVersions,
            Probes = rule.Probes,
            MemoryBudgetBytes = request.MemoryBudgetBytes,
        };
        SimulationOptions limited = options with
        {
            Seed = seed,
            MaxTime = MaxTime,
            MaxTrips = maxTrips,
            EvaluateEvery = FirstEvaluations,
            EvaluateEveryShare = EvaluationShare,
            Plateau = new PlateauOptions { PatienceJobs = problem.PatienceJobs, MinGain = 0.002 },
        };
        return Simulator.RunAsync(Rule(selection) with { Reselection = reselection }, start, problem.Devices, Task, limited, cancellationToken);
    }

    private static ProblemTask CreateTask(Problem problem, ConvergeRule rule, ulong seed)
    {
        SgdOptions sgd = Sgd(rule, seed);
        return new ProblemTask(problem, sgd, new WorkCost(problem.Network, sgd, Engine(rule)));
    }

    private static SgdOptions Sgd(ConvergeRule rule, ulong seed) => new() { BatchSize = rule.Batch, LearningRate = rule.ClientRate, LabelCalibration = 1, Seed = seed };

    /// <summary>Returns the engine options of devices; null for a framework without a plan.</summary>
    private static EngineOptions? Engine(ConvergeRule rule) => rule.Algorithm == Algorithm.Ftte ? new EngineOptions { MicroBatchSize = 1 } : null;

    private SelectionRequest Request(SgdOptions sgd, double share)
    {
        Network network = problem.Network;
        long eager = network.Plan(network.Trainable, new SgdOptions { BatchSize = ConvergeRules.FedAvgBatch(problem.Name) }).EagerBytes;
        ImmutableArray<double> size = [.. network.Layout.Blocks.Select(block => network.Trainable.Contains(block.Range.Start) ? (double)block.Range.Length : 0)];
        return new SelectionRequest(network.Profile(sgd, Engine(rule), InputShares), new BlockImportance(network.Layout, [.. size]), (long)(share * eager));
    }

    private SimulationRule Rule(ParameterSelection selection)
    {
        SimulationRule created = rule.Algorithm switch
        {
            Algorithm.FedAvg => SimulationRule.FedAvg(selection, problem.Capacity),
            Algorithm.FedAsync => SimulationRule.FedAsync(selection, problem.Concurrency, rule.ServerRate),
            Algorithm.FedBuff => SimulationRule.FedBuff(selection, problem.Capacity, problem.Concurrency),
            _ => SimulationRule.Ftte(selection, problem.Capacity, problem.Concurrency),
        };
        (created.Aggregation.NormClip, created.Aggregation.ExampleCap) = (NormClip, ExampleCap);
        if (rule.Algorithm != Algorithm.FedAsync)
        {
            created.Aggregation.Optimizer = rule.Optimizer switch
            {
                ServerStep.Momentum => ServerOptimizer.Momentum(rule.ServerRate),
                ServerStep.Adam => ServerOptimizer.Adam(rule.ServerRate),
                _ => ServerOptimizer.Sgd(rule.ServerRate),
            };
        }

        return created with { Name = rule.Name, Down = rule.Format, Up = rule.Format };
    }
}
