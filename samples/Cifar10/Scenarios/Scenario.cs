using System.Collections.Immutable;
using Ftte;
using Ftte.TinyEngine;

namespace Cifar10.Scenarios;

/// <summary>What can be run.</summary>
internal enum ScenarioName
{
    Quick,
    Paper,
    Scratch,
    Sweep,
}

/// <summary>A cell with the rules that are compared in it; the first is the one that others are compared with.</summary>
internal sealed record Comparison(Cell Cell, ImmutableArray<Contender> Contenders);

/// <summary>The settings and contenders of each scenario.</summary>
/// <remarks>
/// Step sizes were chosen for each rule on the paper's main cell with seed 0, which is not reported, by the accuracy over 40 versions: devices' steps from 0.003 to 0.1, the
/// server's from 0.2 to 2.
/// </remarks>
internal static class Scenario
{
    /// <summary>Lists what a scenario compares.</summary>
    public static ImmutableArray<Comparison> Of(ScenarioName name) => name switch
    {
        ScenarioName.Quick => Quick(),
        ScenarioName.Paper => Paper(),
        ScenarioName.Scratch => Scratch(),
        _ => Sweep(),
    };

    private static Contender FedAvg => new()
    {
        Name = "FedAvg",
        Algorithm = Algorithm.FedAvg,
        Normalization = NormalizationMode.Batch,
        ClientRate = 0.05f,
        ServerRate = 0.7,
    };

    private static Contender FedAsync => new()
    {
        Name = "FedAsync",
        Algorithm = Algorithm.FedAsync,
        Normalization = NormalizationMode.Batch,
        ClientRate = 0.05f,
        ServerRate = 0.3,
    };

    private static Contender FedBuff => new()
    {
        Name = "FedBuff",
        Algorithm = Algorithm.FedBuff,
        Normalization = NormalizationMode.Batch,
        ClientRate = 0.05f,
        ServerRate = 0.7,
    };

    private static Contender Ftte => new()
    {
        Name = "FTTE",
        Algorithm = Algorithm.Ftte,
        Trains = Trained.Subset,
        KeepsFeatures = true,
        ClientRate = 0.1f,
        ServerRate = 0.4,
        Format = ValueFormat.Int8,
        IsPlanned = true,
    };

    private static ImmutableArray<Comparison> Quick()
    {
        var cell = new Cell { Name = "quick", Devices = 50, Concurrency = 15, Capacity = 5, Horizon = TimeSpan.FromSeconds(1000), BaseEpochs = 10 };
        return [new Comparison(cell, [FedAvg, FedAsync, FedBuff, Ftte])];
    }

    private static ImmutableArray<Comparison> Paper()
    {
        var main = new Cell { Name = "main" };
        ImmutableArray<Contender> four = [FedAvg, FedAsync, FedBuff, Ftte];
        ImmutableArray<Contender> three = [FedAvg, FedBuff, Ftte];
        ImmutableArray<Contender> all =
        [
            .. four,
            FedAvg with { Name = "FedAvg, frozen statistics", Normalization = NormalizationMode.Frozen, ClientRate = 0.003f, ServerRate = 1 },
            FedAvg with { Name = "FedAvg, GroupNorm", Normalization = NormalizationMode.Frozen, HasGroupNorm = true, ClientRate = 0.03f, ServerRate = 1 },
            Ftte with { Name = "FTTE, everything", Trains = Trained.Everything, ClientRate = 0.003f, ServerRate = 1 },
            Ftte with { Name = "FTTE, float32", Format = ValueFormat.Float32 },
            Ftte with { Name = "FTTE, age only", Weighting = new PolynomialWeighting() },
            Ftte with { Name = "FTTE, variance only", Weighting = new AgeAndVarianceWeighting(ageExponent: 0) },
        ];
        return
        [
            new Comparison(main, all),
            new Comparison(main with { Name = "alpha-0.1", Alpha = 0.1 }, three),
            new Comparison(main with { Name = "iid", Alpha = null }, three),
            new Comparison(main with { Name = "slow-30x", Slowdown = 30 }, three),
            new Comparison(main with { Name = "at-work-50", Concurrency = 50 }, three),
            new Comparison(main with { Name = "stragglers-hold-animals", StragglersHoldAnimals = true }, three),
            new Comparison(main with { Name = "cnn", Network = "cnn", BudgetShare = 0.1, ComputeShare = 0.5 }, [.. three.Select(rule => Plain(rule, 0.01f))]),
        ];
    }

    private static ImmutableArray<Comparison> Scratch()
    {
        var cell = new Cell { Name = "scratch", FromScratch = true, TargetGain = 0.1 };
        Contender subset = Ftte with { Name = "FTTE, one subset", ServerRate = 1 };
        return
        [
            new Comparison(cell, [
                FedAvg with { ClientRate = 0.1f, ServerRate = 1 },
                subset,
                subset with { Name = "FTTE, rotating", Trains = Trained.Rotation },
                subset with { Name = "FTTE, everything", Trains = Trained.Everything, ClientRate = 0.02f },
            ]),
        ];
    }

    private static ImmutableArray<Comparison> Sweep() =>
    [
        .. from devices in (int[])[50, 500, 5000]
           from stragglers in (double[])[0, 0.5, 0.9]
           select new Comparison(
               new Cell { Name = $"{devices}-devices-{100 * stragglers:0}", Devices = devices, Stragglers = stragglers, ExamplesPerDevice = 90, Horizon = TimeSpan.FromSeconds(2000) },
               [FedAvg, Ftte]),
    ];

    /// <summary>For a network without normalisation.</summary>
    private static Contender Plain(Contender contender, float rate) => contender with { Normalization = NormalizationMode.Frozen, ClientRate = rate };
}
