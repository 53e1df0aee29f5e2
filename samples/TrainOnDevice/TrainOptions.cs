using Ftte.TinyEngine;

namespace TrainOnDevice;

/// <summary>Represents the options of the command.</summary>
internal sealed record TrainOptions
{
    /// <summary>Gets the name of the network in the zoo.</summary>
    public required string Model { get; init; }

    /// <summary>Gets the maximum memory of training, in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Gets the folder with the data set; null for generated examples.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Gets the maximum number of training examples; null for all of a data set, or the default number of generated ones.</summary>
    public int? Examples { get; init; }

    public int Batch { get; init; } = 32;

    public int Epochs { get; init; } = 1;

    public float LearningRate { get; init; } = 0.05f;

    public float Momentum { get; init; }

    public float WeightDecay { get; init; }

    public LearningRateSchedule Schedule { get; init; }

    /// <summary>Gets the file for the chart of accuracy over the epochs; null to skip the test after every epoch.</summary>
    public string? CurveFile { get; init; }

    public NormalizationMode Normalization { get; init; }

    public int Threads { get; init; } = 1;

    /// <summary>Gets a value that indicates whether images are augmented at every visit.</summary>
    public bool Augment { get; init; }

    /// <summary>Gets the file of the initial weights; null for random weights.</summary>
    public string? WeightsFile { get; init; }

    /// <summary>Gets the file for the trained weights; null for none.</summary>
    public string? SaveFile { get; init; }

    /// <summary>Gets a value that indicates whether the run ends after planning.</summary>
    public bool PlanOnly { get; init; }

    /// <summary>Gets the file for the chart of the plan; null for none.</summary>
    public string? ChartFile { get; init; }

    /// <summary>Gets the file for the facts in JSON; null for none.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Gets the seed of every random choice.</summary>
    public ulong Seed { get; init; } = 1;
}
