using Cifar10.Scenarios;
using Ftte.Wire;

namespace Cifar10.Converge;

/// <summary>Specifies the optimizer of the server.</summary>
internal enum ServerStep
{
    Sgd,
    Momentum,
    Adam,
}

/// <summary>Represents a rule with the settings that were tuned for it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Format">The format of values in both directions.</param>
internal sealed record ConvergeRule(string Name, Algorithm Algorithm, ValueFormat Format)
{
    /// <summary>Gets the name with the format, such as <c>FedBuff, int8</c>.</summary>
    public string FullName => $"{Name}, {$"{Format}".ToLowerInvariant()}";

    /// <summary>Gets the memory budget of devices, as a share of the memory of a framework without a plan that trains everything with FedAvg's batch size; null to train everything.</summary>
    public double? BudgetShare { get; init; }

    /// <summary>Gets the number of parts of the network that are trained in turn; null to choose from the whole network at every selection.</summary>
    public int? Parts { get; init; }

    /// <summary>Gets the number of selections that train only the last layers, before others are chosen.</summary>
    public int GrowingTurns { get; init; }

    /// <summary>Gets the number of devices that measure importance before each selection; 0 to use the number of parameters as importance.</summary>
    public int Probes { get; init; }

    /// <summary>Gets the batch size of devices.</summary>
    public int Batch { get; init; } = 10;

    /// <summary>Gets the learning rate of devices.</summary>
    public float ClientRate { get; init; } = 0.2f;

    /// <summary>Gets the optimizer of the server.</summary>
    public ServerStep Optimizer { get; init; }

    /// <summary>Gets the learning rate of the server; for FedAsync, the mixing factor.</summary>
    public double ServerRate { get; init; } = 1;
}
