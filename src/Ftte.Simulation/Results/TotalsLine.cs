using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>The totals in the line of a run.</summary>
/// <remarks>A class, because the serializer accepts a struct without any of its members.</remarks>
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
    long? FailedSelections = null,
    long? Evaluated = null)
{
    [JsonIgnore]
    public long Min => new[]
    {
        Trips, Accepted, Rejected, Dropped, Unfinished, Measured, Refused, BytesUp, BytesDown, WastedBytes, MultiplyAdds, WastedMultiplyAdds, PeakDeviceBytes, Events,
        RefusedVersions ?? 0, FailedSelections ?? 0, Evaluated ?? 0,
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
        NotZero(t.FailedSelections),
        NotZero(t.Evaluated));

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
        FailedSelections ?? 0,
        Evaluated ?? 0);

    private static long? NotZero(long count) => count == 0 ? null : count;
}
