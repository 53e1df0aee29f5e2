using System.Collections.Immutable;
using Cifar10.Scenarios;

namespace Cifar10;

/// <summary>Represents the options of the command.</summary>
internal sealed record Cifar10Options
{
    public ScenarioName Scenario { get; init; } = ScenarioName.Quick;

    /// <summary>Gets the folder with CIFAR-10's binary files; null for synthetic images, which only the quick scenario supports.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Gets the number of seeds of each rule, at least 1.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Gets the maximum number of jobs of a run; null for the number of its setting.</summary>
    public int? Trips { get; init; }

    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the cells to run; empty for all of the scenario.</summary>
    public ImmutableArray<string> Cells { get; init; } = [];

    /// <summary>Gets the rules to run; empty for all of the cell.</summary>
    public ImmutableArray<string> Rules { get; init; } = [];

    public string? JsonFile { get; init; }

    public string? ReportFolder { get; init; }

    /// <summary>Gets the folder that keeps base models, finished runs and the current run.</summary>
    public string? ResumeFolder { get; init; }
}
