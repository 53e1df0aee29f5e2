using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>Represents one line of a result file; one of the properties is set.</summary>
internal sealed record ResultLine
{
    public RunLine? Run { get; init; }

    public PointLine? Point { get; init; }

    public JobLine? Job { get; init; }

    public EvaluationLine? Evaluation { get; init; }

    public AnswerLine? Answer { get; init; }

    /// <summary>Gets a value that indicates whether exactly one of the properties is set.</summary>
    [JsonIgnore]
    public bool IsSingle => new object?[] { Run, Point, Job, Evaluation, Answer }.Count(line => line is not null) == 1;

    /// <summary>Gets a description of an invalid value; null if all values are valid.</summary>
    [JsonIgnore]
    public string? Fault => Run?.Fault ?? Point?.Fault ?? Job?.Fault ?? Evaluation?.Fault ?? Answer?.Fault;
}
