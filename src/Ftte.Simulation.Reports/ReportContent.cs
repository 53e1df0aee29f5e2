using System.Collections.Immutable;

namespace Ftte.Simulation.Reports;

/// <summary>What a report is about: rules compared in one setting.</summary>
public sealed record ReportContent
{
    /// <summary>Gets the title.</summary>
    public required string Title { get; init; }

    /// <summary>Gets the runs: any number of rules, any number of seeds each. The rule that comes first is the one that others are compared with.</summary>
    public required IReadOnlyList<SimulationResult> Results { get; init; }

    /// <summary>Gets the devices of the runs.</summary>
    public required ImmutableArray<SimulatedDevice> Devices { get; init; }

    /// <summary>Gets paragraphs that go before the table: the command, the machine, what is special.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
