namespace Ftte.Simulation.Reports.Statistics;

/// <summary>Puts the curves of several seeds on common times, so that their median and range can be drawn.</summary>
internal static class TimeGrid
{
    /// <summary>Gives at each time what the seeds had reached by then; runs without evaluations are left out.</summary>
    /// <param name="runs">The runs, each with its evaluations in the order of time.</param>
    /// <param name="times">The times, ascending.</param>
    /// <param name="measure">What of an evaluation is wanted.</param>
    /// <returns>A spread per time up to the one at which the first of the runs has ended.</returns>
    public static List<Spread> Of(IReadOnlyList<SimulationResult> runs, IEnumerable<TimeSpan> times, Func<EvaluationPoint, double> measure)
    {
        SimulationResult[] measured = [.. runs.Where(run => !run.Points.IsEmpty)];
        TimeSpan? end = measured.Length == 0 ? null : measured.Min(run => run.Points[^1].Time);
        return [.. times.TakeWhile(time => time <= end).Select(time => Spread.Of(measured.Select(run => measure(run.Points.Last(point => point.Time <= time)))))];
    }
}
