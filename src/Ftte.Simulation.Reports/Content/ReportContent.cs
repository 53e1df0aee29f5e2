using System.Collections.Immutable;

namespace Ftte.Simulation.Reports;

/// <summary>Represents the content of a report: rules compared in one setting.</summary>
public sealed record ReportContent
{
    /// <summary>Gets the title, as plain text.</summary>
    public required string Title { get; init; }

    /// <summary>Gets the runs, for any number of rules and seeds. The first rule is the reference for the others.</summary>
    public required IReadOnlyList<SimulationResult> Results { get; init; }

    /// <summary>Gets the devices of the runs.</summary>
    public required ImmutableArray<SimulatedDevice> Devices { get; init; }

    /// <summary>Gets paragraphs of Markdown above the table, such as the command and the machine. They are written without escaping.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
