using System.Collections.Immutable;
using System.Globalization;
using Ftte.Aggregation;
using Ftte.TinyEngine;
using Ftte.Wire;

namespace Cifar10.Scenarios;

/// <summary>Specifies a scenario.</summary>
internal enum ScenarioName
{
    Quick,
    Paper,
    Parts,
    Scratch,
    Sweep,
    Tune,
    Converge,
    ConvergeTune,
}

/// <summary>Represents a cell with the rules that are compared in it; the first rule is the reference.</summary>
internal sealed record Comparison(Cell Cell, ImmutableArray<Contender> Contenders);

/// <summary>Defines the settings and contenders of each scenario.</summary>
/// <remarks>
/// Batch sizes and learning rates of each rule are those that reached the target first in <see cref="ScenarioName.Tune"/>. Of those within half a minute of the first, the one with the maximum accuracy at
/// the end is used, apart from differences of a tenth of a point. The tuning seed, 0, is not reported. All rules use label calibration, which improves all of them.
/// </remarks>
internal static class Scenario
{
    /// <summary>Returns the comparisons of a scenario.</summary>
    public static ImmutableArray<Comparison> Of(ScenarioName name) => name switch
    {
        ScenarioName.Quick => Quick(),
        ScenarioName.Paper => Paper(),
        ScenarioName.Parts => Parts(),
        ScenarioName.Scratch => Scratch(),
        ScenarioName.Sweep => Sweep(),
        _ => Tune(),
    };

    /// <summary>Gets the paper's setting.</summary>
    private static Cell Main => new() { Name = "main" };

    /// <summary>Gets the paper's setting with a shorter time, in which one parameter at a time is varied.</summary>
    private static Cell Shorter => Main with { Horizon = TimeSpan.FromSeconds(1200), Trips = 1500 };

    private static Contender FedAvg => new()
    {
        Name = "FedAvg",
        Algorithm = Algorithm.FedAvg,
        Normalization = NormalizationMode.Batch,
        Calibration = 1,
        Batch = 5,
        ClientRate = 0.1f,
        ServerRate = 0.7,
    };

    private static Contender FedAvgFrozen => FedAvg with
    {
        Name = "FedAvg, frozen statistics",
        Normalization = NormalizationMode.Frozen,
        Batch = 10,
        ClientRate = 0.01f,
        ServerRate = 1.5,
    };

    private static Contender FedAvgGroupNorm => FedAvg with
    {
        Name = "FedAvg, GroupNorm",
        Normalization = NormalizationMode.Frozen,
        HasGroupNorm = true,
        Batch = 10,
        ClientRate = 0.05f,
        ServerRate = 1.5,
    };

    private static Contender FedAsync => FedAvg with { Name = "FedAsync", Algorithm = Algorithm.FedAsync, ServerRate = 0.3 };

    // Of two settings with equal results for seed 0, this one is much faster with the reported seeds.
    private static Contender FedBuff => FedAvg with { Name = "FedBuff", Algorithm = Algorithm.FedBuff, ServerRate = 0.35 };

    private static Contender Ftte => new()
    {
        Name = "FTTE",
        Algorithm = Algorithm.Ftte,
        Trains = Trained.Rotation,
        RotatesEvery = 20,
        KeepsFeatures = true,
        IsPrepared = true,
        Calibration = 1,
        Batch = 5,
        ClientRate = 0.05f,
        Format = ValueFormat.Int8,
        IsPlanned = true,
    };

    /// <summary>Gets FTTE with all parameters trained, as FedBuff trains them.</summary>
    private static Contender FtteOfEverything => Ftte with
    {
        Name = "FTTE, everything",
        Trains = Trained.Everything,
        KeepsFeatures = false,
        Normalization = FedBuff.Normalization,
        Batch = FedBuff.Batch,
        ClientRate = FedBuff.ClientRate,
        ServerRate = FedBuff.ServerRate,
    };

    private static ImmutableArray<Comparison> Quick()
    {
        var cell = new Cell { Name = "quick", Devices = 50, Concurrency = 15, Capacity = 5, Horizon = TimeSpan.FromSeconds(300), Trips = 100, BaseEpochs = 10 };
        return [new Comparison(cell, [FedAvg, FedAsync, FedBuff, Ftte])];
    }

    private static ImmutableArray<Comparison> Paper()
    {
        Cell other = Shorter;
        ImmutableArray<Contender> all = [FedAvg, FedAsync, FedBuff, Ftte];
        return
        [
            new Comparison(Main, all),
            new Comparison(other with { Name = "alpha-0.1", Alpha = 0.1 }, all),
            new Comparison(other with { Name = "iid", Alpha = null }, all),
            new Comparison(other with { Name = "slow-30x", Slowdown = 30, Horizon = TimeSpan.FromSeconds(3600) }, all),
            new Comparison(other with { Name = "at-work-50", Concurrency = 50 }, all),
            new Comparison(other with { Name = "stragglers-hold-animals", StragglersHoldAnimals = true }, all),
            new Comparison(other with { Name = "cnn", Network = "cnn", BudgetShare = 0.1, ComputeShare = 0.5 }, [.. all.Select(rule => Plain(rule, 0.01f))]),
        ];
    }

    private static ImmutableArray<Comparison> Parts() =>
        [
            new Comparison(Shorter with { Name = "parts" },
            [
                Ftte,
                Ftte with { Name = "FTTE, one subset", Trains = Trained.Subset },
                Ftte with { Name = "FTTE, not prepared", IsPrepared = false },
                Ftte with { Name = "FTTE, nothing kept", KeepsFeatures = false },
                Ftte with { Name = "FTTE, float32", Format = ValueFormat.Float32 },
                Ftte with { Name = "FTTE, age only", Weighting = new PolynomialWeighting() },
                Ftte with { Name = "FTTE, variance only", Weighting = new AgeAndVarianceWeighting(ageExponent: 0) },
                Ftte with { Name = "FTTE, not calibrated", Calibration = 0 },
                FtteOfEverything,
                Ftte with { Name = "FedAvg of FTTE's part", Algorithm = Algorithm.FedAvg },
            ]),
            new Comparison(Shorter with { Name = "normalization" },
            [
                FedAvg,
                FedAvgFrozen,
                FedAvgGroupNorm,
                FedAvg with { Name = "FedAvg, not calibrated", Calibration = 0 },
            ]),
        ];

    private static ImmutableArray<Comparison> Scratch()
    {
        var cell = new Cell { Name = "scratch", FromScratch = true, TargetGain = 0.1 };
        return
        [
            new Comparison(cell,
            [
                FedAvg,
                Ftte with { Name = "FTTE, one subset", Trains = Trained.Subset },
                Ftte with { Name = "FTTE, rotating" },
                FtteOfEverything,
            ]),
        ];
    }

    private static ImmutableArray<Comparison> Sweep() =>
    [
        .. from size in ((int Devices, int Capacity, int Concurrency)[])[(50, 5, 15), (500, 10, 30), (5000, 20, 60)]
           from stragglers in (double[])[0, 0.5, 0.9]
           select new Comparison(
               new Cell
               {
                   Name = $"{size.Devices}-devices-{100 * stragglers:0}",
                   Devices = size.Devices,
                   Capacity = size.Capacity,
                   Concurrency = size.Concurrency,
                   Stragglers = stragglers,
                   ExamplesPerDevice = 90,
                   EndsAtTarget = true,
               },
               [FedAvg, Ftte]),
    ];

    /// <summary>Returns every rule with several settings of devices and server, with the fewest for FTTE, and longer runs of those that reached the target within about half a minute of the first.</summary>
    private static ImmutableArray<Comparison> Tune()
    {
        ImmutableArray<(int Batch, float Rate)> usual = [(20, 0.2f), (20, 0.1f), (10, 0.4f), (10, 0.2f), (10, 0.1f), (10, 0.05f), (5, 0.1f), (5, 0.05f)];
        ImmutableArray<double> steps = [0.5, 0.7, 1, 1.5, 2];
        return
        [
            Grid(FedAsync, usual, [0.15, 0.3, 0.5, 0.8]),
            Grid(FedBuff, usual, [0.35, .. steps]),
            Grid(Ftte, [(10, 0.2f), (10, 0.1f), (10, 0.05f), (5, 0.1f), (5, 0.05f)], [0.7, 1, 1.5]),
            Grid(FedAvgFrozen, [(20, 0.02f), (10, 0.02f), (10, 0.01f)], [1, 1.5, 2]),
            Grid(FedAvgGroupNorm, [(20, 0.1f), (10, 0.1f), (10, 0.05f)], [1, 1.5, 2]),

            // Most settings reach the target in the same round.
            Grid(FedAvg, usual, steps, endsAtTarget: false),
            new Comparison(
                Main with { Name = "tune-equals" },
                [
                    Set(FedBuff, (5, 0.05f), 0.5), Set(FedBuff, (5, 0.1f), 0.35), Set(FedBuff, (10, 0.1f), 1),
                    Set(Ftte, (10, 0.2f), 0.7), Set(Ftte, (10, 0.1f), 0.7), Set(Ftte, (10, 0.1f), 1), Set(Ftte, (10, 0.05f), 1),
                    Set(Ftte, (5, 0.1f), 0.7), Set(Ftte, (5, 0.05f), 0.7), Set(Ftte, (5, 0.05f), 1),
                ]),
        ];

        static Comparison Grid(Contender rule, ImmutableArray<(int Batch, float Rate)> onDevices, ImmutableArray<double> onServer, bool endsAtTarget = true) => new(
            Main with { Name = $"tune-{rule.Name}", EndsAtTarget = endsAtTarget },
            [.. from device in onDevices from server in onServer select Set(rule, device, server)]);

        static Contender Set(Contender rule, (int Batch, float Rate) device, double server) => rule with
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{rule.Name}, batch {device.Batch}, {device.Rate} and {server}"),
            Batch = device.Batch,
            ClientRate = device.Rate,
            ServerRate = server,
        };
    }

    /// <summary>Returns the settings for a network without normalization.</summary>
    private static Contender Plain(Contender contender, float rate) => contender with
    {
        Normalization = NormalizationMode.Frozen,
        ClientRate = rate,
        ServerRate = contender.Algorithm == Algorithm.FedAsync ? contender.ServerRate : 1,
    };
}
