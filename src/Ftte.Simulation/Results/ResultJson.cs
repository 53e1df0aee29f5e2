using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>One line of a result file: one of the three.</summary>
internal sealed record ResultLine
{
    public RunLine? Run { get; init; }

    public PointLine? Point { get; init; }

    public JobLine? Job { get; init; }
}

internal sealed record RunLine(string Rule, ulong Seed, bool IsComplete, long Ticks, double? Target, SimulationTotals Totals)
{
    public static RunLine Of(SimulationResult result) =>
        new(result.Rule, result.Seed, result.IsComplete, result.Duration.Ticks, result.Target, result.Totals);

    public SimulationResult ToResult(ImmutableArray<EvaluationPoint> points, ImmutableArray<JobRecord> jobs) => new()
    {
        Rule = Rule,
        Seed = Seed,
        IsComplete = IsComplete,
        Duration = new TimeSpan(Ticks),
        Points = points,
        Jobs = jobs,
        Totals = Totals,
        Target = Target,
    };
}

internal sealed record PointLine(
    long Ticks, long Version, double? Accuracy, double? StragglerAccuracy, double? Loss, long Trips, long BytesUp, long BytesDown, long MultiplyAdds)
{
    public static PointLine Of(in EvaluationPoint p) => new(
        p.Time.Ticks, p.Version.Number, Known(p.Quality.Accuracy), Known(p.Quality.StragglerAccuracy), Known(p.Quality.Loss), p.Trips, p.BytesUp, p.BytesDown, p.MultiplyAdds);

    public EvaluationPoint ToPoint() => new(
        new TimeSpan(Ticks),
        new ModelVersion(Version),
        new ModelQuality(Accuracy ?? double.NaN, StragglerAccuracy ?? double.NaN, Loss ?? double.NaN),
        Trips,
        BytesUp,
        BytesDown,
        MultiplyAdds);

    private static double? Known(double value) => double.IsFinite(value) ? value : null;
}

internal sealed record JobLine(
    long Number,
    int Device,
    long StartTicks,
    long EndTicks,
    JobFate Fate,
    UpdateOutcome Outcome,
    long BaseVersion,
    long Age,
    double Weight,
    long BytesDown,
    long BytesUp,
    long MultiplyAdds)
{
    public static JobLine Of(in JobRecord j) => new(
        j.Number, j.Device, j.Start.Ticks, j.End.Ticks, j.Fate, j.Outcome, j.BaseVersion.Number, j.Age, j.Weight, j.BytesDown, j.BytesUp, j.MultiplyAdds);

    public JobRecord ToJob() => new(
        Number, Device, new TimeSpan(StartTicks), new TimeSpan(EndTicks), Fate, Outcome, new ModelVersion(BaseVersion), Age, Weight, BytesDown, BytesUp, MultiplyAdds);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ResultLine))]
internal sealed partial class ResultJson : JsonSerializerContext;
