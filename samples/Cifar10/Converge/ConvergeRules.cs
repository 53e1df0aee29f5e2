using System.Collections.Immutable;
using System.Globalization;
using Cifar10.Scenarios;
using Ftte.Wire;

namespace Cifar10.Converge;

/// <summary>Defines the rules of the scenario, with the settings of each that reached the target first in <see cref="ScenarioName.ConvergeTune"/>.</summary>
internal static class ConvergeRules
{
    private static readonly ImmutableArray<double> BudgetShares = [0.2, 0.1, 0.05];

    /// <summary>The settings of devices that are tried for every rule: batch and learning rate.</summary>
    private static readonly ImmutableArray<(int Batch, float Rate)> ClientGrid = [(20, 0.4f), (10, 0.4f), (10, 0.2f), (10, 0.1f)];

    /// <summary>The settings of the server that are tried for every rule with each of the above. With momentum, later steps are ten times as long as the rate.</summary>
    private static readonly ImmutableArray<(ServerStep Optimizer, double Rate)> ServerGrid = [(ServerStep.Sgd, 1), (ServerStep.Momentum, 0.1), (ServerStep.Adam, 0.003)];

    private static readonly ImmutableArray<double> MixingGrid = [0.3, 0.6, 0.9];

    /// <summary>Gets the batch size of FedAvg, whose memory without a plan defines the budgets.</summary>
    public static int FedAvgBatch(string problem) => Tuned(problem, Algorithm.FedAvg).Batch;

    /// <summary>Returns the rules that are reported: every algorithm in both formats, and FTTE at three budgets.</summary>
    public static ImmutableArray<ConvergeRule> Of(string problem) =>
    [
        .. from algorithm in new[] { Algorithm.FedAvg, Algorithm.FedAsync, Algorithm.FedBuff }
           from format in new[] { ValueFormat.Float32, ValueFormat.Int8 }
           select Tuned(problem, algorithm) with { Format = format },
        Budget(problem, ValueFormat.Float32, BudgetShares[0]),
        .. BudgetShares.Select(share => Budget(problem, ValueFormat.Int8, share)),
        Budget(problem, ValueFormat.Int8, BudgetShares[1]) with { Name = "FTTE, 10 %, measured importance", Probes = 10 },
        Budget(problem, ValueFormat.Int8, BudgetShares[1]) with { Name = "FTTE, 10 %, parts in turn", Parts = 4, GrowingTurns = 6 },
        Tuned(problem, Algorithm.Ftte) with { Name = "FTTE, everything", Format = ValueFormat.Int8 },
    ];

    /// <summary>Returns every rule with each of twelve settings.</summary>
    public static ImmutableArray<ConvergeRule> Grid(string problem)
    {
        return
        [
            .. from algorithm in Enum.GetValues<Algorithm>()
               from client in ClientGrid
               from server in algorithm == Algorithm.FedAsync ? [.. MixingGrid.Select(mixing => (ServerStep.Sgd, mixing))] : ServerGrid
               select Set(Tuned(problem, algorithm), client, server),
        ];

        static ConvergeRule Set(ConvergeRule rule, (int Batch, float Rate) client, (ServerStep Optimizer, double Rate) server) => rule with
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{rule.Name}, batch {client.Batch}, {client.Rate}, {server.Optimizer} {server.Rate}"),
            Format = ValueFormat.Int8,
            BudgetShare = rule.Algorithm == Algorithm.Ftte ? BudgetShares[0] : null,
            Batch = client.Batch,
            ClientRate = client.Rate,
            Optimizer = server.Optimizer,
            ServerRate = server.Rate,
        };
    }

    private static ConvergeRule Budget(string problem, ValueFormat format, double share) => Tuned(problem, Algorithm.Ftte) with
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"FTTE, {100 * share:0} %"),
        Format = format,
        BudgetShare = share,
    };

    private static ConvergeRule Tuned(string problem, Algorithm algorithm)
    {
        // The digits were tuned. CIFAR-10 was not: all rules have the same settings there.
        bool isTuned = problem == "digits";
        return new ConvergeRule(NameOf(algorithm), algorithm, ValueFormat.Float32)
        {
            Batch = isTuned ? 20 : 10,
            ClientRate = isTuned ? 0.4f : 0.2f,
            Optimizer = isTuned && algorithm == Algorithm.FedAvg ? ServerStep.Adam : ServerStep.Sgd,
            ServerRate = algorithm == Algorithm.FedAsync ? 0.6 : isTuned && algorithm == Algorithm.FedAvg ? 0.003 : 1,
        };
    }

    private static string NameOf(Algorithm algorithm) => algorithm == Algorithm.Ftte ? "FTTE" : $"{algorithm}";
}
