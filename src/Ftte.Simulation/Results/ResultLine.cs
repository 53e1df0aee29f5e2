using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>Represents one line of a result file; one of the three properties is set.</summary>
internal sealed record ResultLine
{
    public RunLine? Run { get; init; }

    public PointLine? Point { get; init; }

    public JobLine? Job { get; init; }

    /// <summary>Gets a description of an invalid value; null if all values are valid.</summary>
    [JsonIgnore]
    public string? Fault => Run?.Fault ?? Point?.Fault ?? Job?.Fault;
}
