namespace Ftte.Simulation.Reports.Statistics;

/// <summary>Samples the curves of several seeds at common times, so that their median and range can be drawn.</summary>
internal static class TimeGrid
{
    /// <summary>Computes the spread over seeds at each time. Runs without evaluations are left out.</summary>
    /// <param name="runs">The runs, with evaluations in the order of time.</param>
    /// <param name="times">The times, ascending.</param>
    /// <param name="measure">Selects a value of an evaluation.</param>
    /// <returns>A spread per time, up to the end of the shortest run.</returns>
    public static List<Spread> Of(IReadOnlyList<SimulationResult> runs, IEnumerable<TimeSpan> times, Func<EvaluationPoint, double> measure)
    {
        SimulationResult[] measured = [.. runs.Where(run => !run.Points.IsEmpty)];
        TimeSpan? end = measured.Length == 0 ? null : measured.Min(run => run.Points[^1].Time);
        return [.. times.TakeWhile(time => time <= end).Select(time => Spread.Of(measured.Select(run => measure(run.Points.Last(point => point.Time <= time)))))];
    }
}
