using Ftte.TinyEngine;

namespace Cifar10.Scenarios;

/// <summary>A rule that takes part, with everything in which it differs from the others.</summary>
internal sealed record Contender
{
    public required string Name { get; init; }

    public required Algorithm Algorithm { get; init; }

    public Trained Trains { get; init; } = Trained.Everything;

    /// <summary>Gets after how many versions other channels are trained, if any are.</summary>
    public int RotatesEvery { get; init; } = 1;

    public NormalizationMode Normalization { get; init; } = NormalizationMode.Frozen;

    /// <summary>Gets whether batch normalisation is replaced by group normalisation; the base model is then another, trained alike.</summary>
    public bool HasGroupNorm { get; init; }

    /// <summary>Gets how many pictures devices take per step.</summary>
    public int Batch { get; init; } = 20;

    /// <summary>Gets how often they go over all of theirs in a job.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Gets the devices' step size.</summary>
    public float ClientRate { get; init; } = 0.02f;

    /// <summary>Gets how much the devices' loss allows for what they hold more of.</summary>
    public float Calibration { get; init; }

    /// <summary>Gets the server's step size; FedAsync's mixing.</summary>
    public double ServerRate { get; init; } = 1;

    /// <summary>Gets how an update is weighed; null for the algorithm's own way.</summary>
    public Ftte.Aggregation.IStalenessWeighting? Weighting { get; init; }

    /// <summary>Gets how parameters travel, both ways.</summary>
    public Ftte.Wire.ValueFormat Format { get; init; } = Ftte.Wire.ValueFormat.Float32;

    /// <summary>Gets whether the device keeps in its storage what the layers before the first trained one make of each picture; these must stay the same throughout.</summary>
    public bool KeepsFeatures { get; init; }

    /// <summary>Gets whether it has had the time to do so before the run; otherwise it does it when it is idle.</summary>
    public bool IsPrepared { get; init; }

    /// <summary>Gets whether the device plans its memory; otherwise it holds what a framework without a plan holds.</summary>
    public bool IsPlanned { get; init; }
}

internal enum Algorithm
{
    FedAvg,
    FedAsync,
    FedBuff,
    Ftte,
}

/// <summary>What is trained and travels.</summary>
internal enum Trained
{
    Everything,

    /// <summary>What fits the memory budget, the same throughout.</summary>
    Subset,

    /// <summary>What fits, but now and then other channels of the same layers.</summary>
    Rotation,
}
