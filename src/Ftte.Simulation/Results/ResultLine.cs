using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>One line of a result file: one of the three.</summary>
internal sealed record ResultLine
{
    public RunLine? Run { get; init; }

    public PointLine? Point { get; init; }

    public JobLine? Job { get; init; }

    /// <summary>Gets what cannot be of its values, in words; null if all can.</summary>
    [JsonIgnore]
    public string? Fault => Run?.Fault ?? Point?.Fault ?? Job?.Fault;
}
