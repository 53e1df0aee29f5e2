using System.Collections.Immutable;
using Cifar10.Scenarios;

namespace Cifar10;

/// <summary>What the user asked for.</summary>
internal sealed record Cifar10Options
{
    public ScenarioName Scenario { get; init; } = ScenarioName.Quick;

    /// <summary>Gets the folder with CIFAR-10's binary files; null for made-up pictures, which only the quick scenario takes.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Gets how many seeds each rule is run with, from 1.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Gets after how many jobs a run gives out no more; null for as many as its setting has.</summary>
    public int? Trips { get; init; }

    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the cells that are run; empty for all of the scenario.</summary>
    public ImmutableArray<string> Cells { get; init; } = [];

    /// <summary>Gets the rules that are run; empty for all of the cell.</summary>
    public ImmutableArray<string> Rules { get; init; } = [];

    public string? JsonFile { get; init; }

    public string? ReportFolder { get; init; }

    /// <summary>Gets the folder in which base models, finished runs and the one under way are kept.</summary>
    public string? ResumeFolder { get; init; }
}
