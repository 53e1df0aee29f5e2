using System.Collections.Immutable;

namespace Ftte.Simulation.Reports;

/// <summary>What a report is about: rules compared in one setting.</summary>
public sealed record ReportContent
{
    /// <summary>Gets the title, as plain text.</summary>
    public required string Title { get; init; }

    /// <summary>Gets the runs: any number of rules, any number of seeds each. The rule that comes first is the one that others are compared with.</summary>
    public required IReadOnlyList<SimulationResult> Results { get; init; }

    /// <summary>Gets the devices of the runs.</summary>
    public required ImmutableArray<SimulatedDevice> Devices { get; init; }

    /// <summary>Gets paragraphs of Markdown that go before the table, such as the command and the machine. They are written as they are.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
