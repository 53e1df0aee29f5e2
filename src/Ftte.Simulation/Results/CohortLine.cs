using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>The totals of cohorts in the line of a run.</summary>
internal sealed record CohortLine(long Completed, long Failed, long Members, long Left, long BytesUp, long BytesDown, long WaitingTicks, long StepsTicks)
{
    [JsonIgnore]
    public long Min => new[] { Completed, Failed, Members, Left, BytesUp, BytesDown, WaitingTicks, StepsTicks }.Min();

    public static CohortLine Of(in CohortTotals t) => new(t.Completed, t.Failed, t.Members, t.Left, t.BytesUp, t.BytesDown, t.Waiting.Ticks, t.Steps.Ticks);

    public CohortTotals ToTotals() => new(Completed, Failed, Members, Left, BytesUp, BytesDown, new TimeSpan(WaitingTicks), new TimeSpan(StepsTicks));
}
