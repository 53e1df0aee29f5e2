using System.Collections.Immutable;

namespace SelectionStudy;

/// <summary>Represents the options of the command.</summary>
internal sealed record StudyOptions
{
    /// <summary>Gets the folder with CIFAR-10's binary files.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Gets the number of classes of the public images, on which the base model is trained.</summary>
    public int PublicClasses { get; init; } = 10;

    /// <summary>Gets the memory budgets, as shares of the memory of training all parameters without a plan.</summary>
    public ImmutableArray<double> Budgets { get; init; } = [0.25, 0.10, 0.05];

    public int Seeds { get; init; } = 3;

    public int Updates { get; init; } = 600;

    public int Devices { get; init; } = 250;

    /// <summary>Gets the concentration of the Dirichlet distribution of each device's classes.</summary>
    public double Alpha { get; init; } = 100;

    public int Batch { get; init; } = 20;

    /// <summary>Gets the learning rates. Each selection uses its best one, measured with a seed that is not reported.</summary>
    public ImmutableArray<float> Rates { get; init; } = [0.03f, 0.1f];

    /// <summary>Gets the selectors; empty for all selectors and the reference.</summary>
    public ImmutableArray<string> Selectors { get; init; } = [];

    public int Threads { get; init; } = 1;

    /// <summary>Gets the folder for the table and the reports; null for none.</summary>
    public string? ReportFolder { get; init; }
}
