using System.Collections.Immutable;

namespace SelectionStudy;

/// <summary>What the user asked for.</summary>
internal sealed record StudyOptions
{
    /// <summary>Gets the folder with CIFAR-10's binary files.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Gets how many of the ten classes the public pictures show, of which the base model is made.</summary>
    public int PublicClasses { get; init; } = 10;

    /// <summary>Gets the memory budgets, as shares of training everything without a plan.</summary>
    public ImmutableArray<double> Budgets { get; init; } = [0.25, 0.10, 0.05];

    public int Seeds { get; init; } = 3;

    public int Updates { get; init; } = 600;

    public int Devices { get; init; } = 250;

    /// <summary>Gets how unlike the devices are: the concentration of each one's taste in classes.</summary>
    public double Alpha { get; init; } = 100;

    public int Batch { get; init; } = 20;

    /// <summary>Gets the step sizes of which each selection is given the one that serves it best with a seed that is not reported.</summary>
    public ImmutableArray<float> Rates { get; init; } = [0.03f, 0.1f];

    /// <summary>Gets the selectors that take part; empty for all, and the reference.</summary>
    public ImmutableArray<string> Selectors { get; init; } = [];

    public int Threads { get; init; } = 1;

    /// <summary>Gets the folder for the table and the reports; null for none.</summary>
    public string? ReportFolder { get; init; }
}
