using Ftte.TinyEngine;

namespace Cifar10.Scenarios;

/// <summary>Represents a rule of the comparison, with all settings in which it differs from the others.</summary>
internal sealed record Contender
{
    public required string Name { get; init; }

    public required Algorithm Algorithm { get; init; }

    public Trained Trains { get; init; } = Trained.Everything;

    /// <summary>Gets the number of versions after which other channels are selected, for a rotating selection.</summary>
    public int RotatesEvery { get; init; } = 1;

    public NormalizationMode Normalization { get; init; } = NormalizationMode.Frozen;

    /// <summary>Gets a value that indicates whether batch normalization is replaced by group normalization; its base model is trained in the same way.</summary>
    public bool HasGroupNorm { get; init; }

    /// <summary>Gets the batch size of devices.</summary>
    public int Batch { get; init; } = 20;

    /// <summary>Gets the number of epochs of a job.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Gets the devices' learning rate.</summary>
    public float ClientRate { get; init; } = 0.02f;

    /// <summary>Gets the strength of label calibration on devices.</summary>
    public float Calibration { get; init; }

    /// <summary>Gets the server's learning rate; for FedAsync, the mixing factor.</summary>
    public double ServerRate { get; init; } = 1;

    /// <summary>Gets the weighting of updates; null for that of the algorithm.</summary>
    public Ftte.Aggregation.IStalenessWeighting? Weighting { get; init; }

    /// <summary>Gets the encoding of uploaded and downloaded parameters.</summary>
    public Ftte.Wire.ValueFormat Format { get; init; } = Ftte.Wire.ValueFormat.Float32;

    /// <summary>Gets a value that indicates whether devices store the output of the layers before the first trained one for each image; these layers must not change during the run.</summary>
    public bool KeepsFeatures { get; init; }

    /// <summary>Gets a value that indicates whether devices have computed the stored features before the run; otherwise, they compute them when idle.</summary>
    public bool IsPrepared { get; init; }

    /// <summary>Gets a value that indicates whether devices plan their memory; otherwise, they hold the tensors of a framework without a plan.</summary>
    public bool IsPlanned { get; init; }
}

internal enum Algorithm
{
    FedAvg,
    FedAsync,
    FedBuff,
    Ftte,
}

/// <summary>Specifies the parameters that are trained and uploaded.</summary>
internal enum Trained
{
    Everything,

    /// <summary>A fixed subset that fits the memory budget.</summary>
    Subset,

    /// <summary>A subset that fits, with other channels of the same layers after a number of versions.</summary>
    Rotation,
}
