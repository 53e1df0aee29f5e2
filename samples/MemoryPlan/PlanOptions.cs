using System.Collections.Immutable;

namespace MemoryPlan;

/// <summary>Represents the options of the command.</summary>
internal sealed record PlanOptions
{
    /// <summary>Gets the name of the network in the zoo.</summary>
    public required string Model { get; init; }

    /// <summary>Gets the maximum memory of training, in bytes.</summary>
    public required long BudgetBytes { get; init; }

    /// <summary>Gets the maximum upload and download size, in bytes; null for no limit.</summary>
    public long? PayloadBytes { get; init; }

    /// <summary>Gets the maximum multiply-adds per example; null for no limit.</summary>
    public long? Compute { get; init; }

    public int Batch { get; init; } = 20;

    /// <summary>Gets the number of examples that run at once; null for the whole batch.</summary>
    public int? Micro { get; init; }

    /// <summary>Gets a description of the batch.</summary>
    public string BatchText => Micro < Batch ? $"batch {Batch}, {Micro} at a time" : $"batch {Batch}, all at once";

    /// <summary>Gets the selector's name.</summary>
    public required string Selector { get; init; }

    /// <summary>Gets the shares of a layer's inputs that may be trained.</summary>
    public ImmutableArray<double> Shares { get; init; } = [1.0 / 8, 1.0 / 4, 1.0 / 2, 1];

    public ImportanceKind Importance { get; init; }

    /// <summary>Gets the format of frozen parameters.</summary>
    public FrozenKind Frozen { get; init; }

    /// <summary>Gets the file of the weights whose magnitude is the importance; null for random weights.</summary>
    public string? WeightsFile { get; init; }

    /// <summary>Gets the seed of every random choice.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Gets the file for the chart of the plan; null for none.</summary>
    public string? ChartFile { get; init; }

    /// <summary>Gets the file for the chart of the frontier; null for none.</summary>
    public string? FrontierFile { get; init; }

    /// <summary>Gets the file for the facts in JSON; null for none.</summary>
    public string? JsonFile { get; init; }
}

/// <summary>Specifies the importance of training a layer.</summary>
internal enum ImportanceKind
{
    Parameters,
    Magnitude,
}

/// <summary>Specifies the format of frozen parameters.</summary>
internal enum FrozenKind
{
    Float32,
    BFloat16,
    Int8,
}
