using System.Collections.Immutable;
using Ftte.TinyEngine;

namespace ZooLearning;

/// <summary>The settings of the command.</summary>
internal sealed record ZooOptions
{
    /// <summary>Gets the folder with MNIST, CIFAR-10 and the wearables data; null for synthetic data.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Gets the names of the networks; empty for the whole zoo.</summary>
    public ImmutableArray<string> Networks { get; init; } = [];

    /// <summary>Gets a value that indicates whether the federations are small enough for a build server.</summary>
    public bool IsSmall { get; init; }

    /// <summary>Gets the first seed of data, devices and training.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Gets the number of seeds.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Gets the number of training threads; the results do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the normalization layers of the networks that have some.</summary>
    public NormalizationKind Normalization { get; init; } = NormalizationKind.Group;

    /// <summary>Gets the number of versions; null for each network's own.</summary>
    public int? Versions { get; init; }

    /// <summary>Gets the learning rate of the devices; null for the library's default.</summary>
    public float? LearningRate { get; init; }

    /// <summary>Gets the clip ratio of the devices; null for the library's default, 0 for no clipping.</summary>
    public float? ClipRatio { get; init; }

    /// <summary>Gets the strength of the label calibration of the devices; null for the library's default.</summary>
    public float? LabelCalibration { get; init; }

    /// <summary>Gets the file that keeps finished rows, so that a later run continues; null for none.</summary>
    public string? ResumeFile { get; init; }

    /// <summary>Gets the file for the table in Markdown; null for none.</summary>
    public string? TableFile { get; init; }
}
