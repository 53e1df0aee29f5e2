using System.Collections.Immutable;

namespace MemoryPlan;

/// <summary>What the user asked for.</summary>
internal sealed record PlanOptions
{
    /// <summary>Gets the network's name in the zoo.</summary>
    public required string Model { get; init; }

    /// <summary>Gets the most memory that training may take, in bytes.</summary>
    public required long BudgetBytes { get; init; }

    /// <summary>Gets the most that may travel each way, in bytes; null for no limit.</summary>
    public long? PayloadBytes { get; init; }

    /// <summary>Gets the most multiply-adds per example; null for no limit.</summary>
    public long? Compute { get; init; }

    public int Batch { get; init; } = 20;

    /// <summary>Gets how many examples run at once; null for the whole batch.</summary>
    public int? Micro { get; init; }

    /// <summary>Gets the batch in words.</summary>
    public string BatchText => Micro < Batch ? $"batch {Batch}, {Micro} at a time" : $"batch {Batch}, all at once";

    /// <summary>Gets the selector's name.</summary>
    public required string Selector { get; init; }

    /// <summary>Gets the shares of a layer's inputs that may be trained.</summary>
    public ImmutableArray<double> Shares { get; init; } = [1.0 / 8, 1.0 / 4, 1.0 / 2, 1];

    public ImportanceKind Importance { get; init; }

    /// <summary>Gets how frozen parameters are held.</summary>
    public FrozenKind Frozen { get; init; }

    /// <summary>Gets the weights whose magnitude counts; null for random ones.</summary>
    public string? WeightsFile { get; init; }

    /// <summary>Gets what every random choice is made from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Gets where the picture of the plan goes; null for nowhere.</summary>
    public string? ChartFile { get; init; }

    /// <summary>Gets where the picture of what every budget reaches goes; null for nowhere.</summary>
    public string? FrontierFile { get; init; }

    /// <summary>Gets where the facts go as JSON; null for nowhere.</summary>
    public string? JsonFile { get; init; }
}

/// <summary>What training a layer is taken to be worth.</summary>
internal enum ImportanceKind
{
    Parameters,
    Magnitude,
}

/// <summary>How parameters that are not trained are held.</summary>
internal enum FrozenKind
{
    Float32,
    BFloat16,
    Int8,
}
