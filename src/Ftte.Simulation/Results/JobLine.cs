using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>The line of a job. The JSON names are part of the file format.</summary>
internal sealed record JobLine(
    long Number,
    int Device,
    long StartTicks,
    long EndTicks,
    [property: JsonPropertyName("fate")] JobOutcome Outcome,
    [property: JsonPropertyName("outcome")] UpdateOutcome UpdateOutcome,
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
        : !Enum.IsDefined(Outcome) || !Enum.IsDefined(UpdateOutcome) ? "the fate or the outcome is unknown"
        : BaseVersion < 0 || Age < 0 ? "the version or the age is negative"
        : !double.IsFinite(Weight) ? "the weight is not finite"
        : Math.Min(Math.Min(BytesDown, BytesUp), MultiplyAdds) < 0 ? "a cost is negative" : null;

    public static JobLine Of(in JobRecord j) => new(
        j.Number, j.Device, j.Start.Ticks, j.End.Ticks, j.Outcome, j.UpdateOutcome, j.BaseVersion.Number, j.Age, j.Weight, j.BytesDown, j.BytesUp, j.MultiplyAdds);

    public JobRecord ToJob() => new(
        Number, Device, new TimeSpan(StartTicks), new TimeSpan(EndTicks), Outcome, UpdateOutcome, new ModelVersion(BaseVersion), Age, Weight, BytesDown, BytesUp, MultiplyAdds);
}
