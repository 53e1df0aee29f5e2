using Ftte.TinyEngine;

namespace TrainOnDevice;

/// <summary>What the user asked for.</summary>
internal sealed record TrainOptions
{
    /// <summary>Gets the network's name in the zoo.</summary>
    public required string Model { get; init; }

    /// <summary>Gets the most memory that training may take, in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Gets the folder with the data set; null for generated examples.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Gets how many examples to train on; null for all of a data set, or the usual number of generated ones.</summary>
    public int? Examples { get; init; }

    public int Batch { get; init; } = 32;

    public int Epochs { get; init; } = 1;

    public float LearningRate { get; init; } = 0.05f;

    public float Momentum { get; init; }

    public float WeightDecay { get; init; }

    public LearningRateSchedule Schedule { get; init; }

    /// <summary>Gets where the picture of accuracy over the epochs goes; null not to test after every epoch.</summary>
    public string? CurveFile { get; init; }

    public NormalizationMode Normalization { get; init; }

    public int Threads { get; init; } = 1;

    /// <summary>Gets whether pictures are varied at every visit.</summary>
    public bool Augment { get; init; }

    /// <summary>Gets the weights to start from; null for random ones.</summary>
    public string? WeightsFile { get; init; }

    /// <summary>Gets where the trained weights go; null for nowhere.</summary>
    public string? SaveFile { get; init; }

    /// <summary>Gets whether to stop after planning.</summary>
    public bool PlanOnly { get; init; }

    /// <summary>Gets where the picture of the plan goes; null for nowhere.</summary>
    public string? ChartFile { get; init; }

    /// <summary>Gets where the facts go as JSON; null for nowhere.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Gets what every random choice is made from.</summary>
    public ulong Seed { get; init; } = 1;
}
