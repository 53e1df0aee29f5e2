using System.Collections.Immutable;
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

/// <remarks>What may be left out comes last, with a default; in files it stands where it always stood.</remarks>
internal sealed record RunLine(
    string Rule, ulong Seed, bool IsComplete, long Ticks, [property: JsonPropertyOrder(1)] TotalsLine Totals, double? Target = null, SimulationEnding? Ending = null, string? Reason = null)
{
    [JsonIgnore]
    public string? Fault =>
        Ticks < 0 ? "the duration is negative"
        : Ending is { } ending && !Enum.IsDefined(ending) ? "the ending is unknown"
        : Target is < 0 or > 1 ? "the target does not lie in [0, 1]"
        : Totals.Least < 0 ? "a total is negative" : null;

    public static RunLine Of(SimulationResult result) =>
        new(result.Rule, result.Seed, result.IsComplete, result.Duration.Ticks, TotalsLine.Of(result.Totals), result.Target, result.Ending == SimulationEnding.Unknown ? null : result.Ending, result.EndingReason);

    public SimulationResult ToResult(ImmutableArray<EvaluationPoint> points, ImmutableArray<JobRecord> jobs) => new()
    {
        Rule = Rule,
        Seed = Seed,
        IsComplete = IsComplete,
        Ending = Ending ?? SimulationEnding.Unknown,
        EndingReason = Reason,
        Duration = new TimeSpan(Ticks),
        Points = points,
        Jobs = jobs,
        Totals = Totals.ToTotals(),
        Target = Target,
    };
}

/// <remarks>A class, since the members of a struct may all be left out.</remarks>
internal sealed record TotalsLine(
    long Trips,
    long Accepted,
    long Rejected,
    long Dropped,
    long Unfinished,
    long Measured,
    long Refused,
    long BytesUp,
    long BytesDown,
    long WastedBytes,
    long MultiplyAdds,
    long WastedMultiplyAdds,
    long PeakDeviceBytes,
    long Events,
    long? RefusedVersions = null,
    long? FailedSelections = null)
{
    [JsonIgnore]
    public long Least => new[]
    {
        Trips, Accepted, Rejected, Dropped, Unfinished, Measured, Refused, BytesUp, BytesDown, WastedBytes, MultiplyAdds, WastedMultiplyAdds, PeakDeviceBytes, Events,
        RefusedVersions ?? 0, FailedSelections ?? 0,
    }.Min();

    public static TotalsLine Of(in SimulationTotals t) => new(
        t.Trips,
        t.Accepted,
        t.Rejected,
        t.Dropped,
        t.Unfinished,
        t.Measured,
        t.Refused,
        t.BytesUp,
        t.BytesDown,
        t.WastedBytes,
        t.MultiplyAdds,
        t.WastedMultiplyAdds,
        t.PeakDeviceBytes,
        t.Events,
        NotZero(t.RefusedVersions),
        NotZero(t.FailedSelections));

    public SimulationTotals ToTotals() => new(
        Trips,
        Accepted,
        Rejected,
        Dropped,
        Unfinished,
        Measured,
        Refused,
        BytesUp,
        BytesDown,
        WastedBytes,
        MultiplyAdds,
        WastedMultiplyAdds,
        PeakDeviceBytes,
        Events,
        RefusedVersions ?? 0,
        FailedSelections ?? 0);

    private static long? NotZero(long count) => count == 0 ? null : count;
}

internal sealed record PointLine(
    long Ticks,
    long Version,
    [property: JsonPropertyOrder(1)] long Trips,
    [property: JsonPropertyOrder(1)] long BytesUp,
    [property: JsonPropertyOrder(1)] long BytesDown,
    [property: JsonPropertyOrder(1)] long MultiplyAdds,
    double? Accuracy = null,
    double? StragglerAccuracy = null,
    double? Loss = null)
{
    [JsonIgnore]
    public string? Fault =>
        Ticks < 0 ? "the time is negative"
        : Version < 0 ? "the version is negative"
        : Accuracy is not (>= 0 and <= 1) ? "there is no accuracy in [0, 1]"
        : double.IsInfinity(StragglerAccuracy ?? 0) || double.IsInfinity(Loss ?? 0) ? "a measurement is not finite"
        : Math.Min(Math.Min(Trips, BytesUp), Math.Min(BytesDown, MultiplyAdds)) < 0 ? "a sum is negative" : null;

    public static PointLine Of(in EvaluationPoint p) => new(
        p.Time.Ticks, p.Version.Number, p.Trips, p.BytesUp, p.BytesDown, p.MultiplyAdds, Known(p.Quality.Accuracy), Known(p.Quality.StragglerAccuracy), Known(p.Quality.Loss));

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
    [JsonIgnore]
    public string? Fault =>
        Number < 0 || Device < 0 ? "the number or the device is negative"
        : StartTicks < 0 || EndTicks < StartTicks ? "the job ends before it starts, or starts before the run"
        : !Enum.IsDefined(Fate) || !Enum.IsDefined(Outcome) ? "the fate or the outcome is none that there is"
        : BaseVersion < 0 || Age < 0 ? "the version or the age is negative"
        : !double.IsFinite(Weight) ? "the weight is not finite"
        : Math.Min(Math.Min(BytesDown, BytesUp), MultiplyAdds) < 0 ? "a cost is negative" : null;

    public static JobLine Of(in JobRecord j) => new(
        j.Number, j.Device, j.Start.Ticks, j.End.Ticks, j.Fate, j.Outcome, j.BaseVersion.Number, j.Age, j.Weight, j.BytesDown, j.BytesUp, j.MultiplyAdds);

    public JobRecord ToJob() => new(
        Number, Device, new TimeSpan(StartTicks), new TimeSpan(EndTicks), Fate, Outcome, new ModelVersion(BaseVersion), Age, Weight, BytesDown, BytesUp, MultiplyAdds);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ResultLine))]
internal sealed partial class ResultJson : JsonSerializerContext;
