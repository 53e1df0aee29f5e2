using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>The line of an evaluation.</summary>
internal sealed record PointLine(
    long Ticks,
    long Version,
    [property: JsonPropertyOrder(1)] long Trips,
    [property: JsonPropertyOrder(1)] long BytesUp,
    [property: JsonPropertyOrder(1)] long BytesDown,
    [property: JsonPropertyOrder(1)] long MultiplyAdds,
    double? Accuracy = null,
    double? StragglerAccuracy = null,
    double? Loss = null,
    double? ValidationAccuracy = null)
{
    [JsonIgnore]
    public string? Fault =>
        Ticks < 0 ? "the time is negative"
        : Version < 0 ? "the version is negative"
        : Accuracy is not (>= 0 and <= 1) ? "there is no accuracy in [0, 1]"
        : double.IsInfinity(StragglerAccuracy ?? 0) || double.IsInfinity(Loss ?? 0) || double.IsInfinity(ValidationAccuracy ?? 0) ? "a measurement is not finite"
        : Math.Min(Math.Min(Trips, BytesUp), Math.Min(BytesDown, MultiplyAdds)) < 0 ? "a sum is negative" : null;

    public static PointLine Of(in EvaluationPoint p) => new(
        p.Time.Ticks,
        p.Version.Number,
        p.Trips,
        p.BytesUp,
        p.BytesDown,
        p.MultiplyAdds,
        Known(p.Quality.Accuracy),
        Known(p.Quality.StragglerAccuracy),
        Known(p.Quality.Loss),
        Known(p.Quality.ValidationAccuracy));

    public EvaluationPoint ToPoint() => new(
        new TimeSpan(Ticks),
        new ModelVersion(Version),
        new ModelQuality(Accuracy ?? double.NaN, StragglerAccuracy ?? double.NaN, Loss ?? double.NaN, ValidationAccuracy ?? double.NaN),
        Trips,
        BytesUp,
        BytesDown,
        MultiplyAdds);

    private static double? Known(double value) => double.IsFinite(value) ? value : null;
}
