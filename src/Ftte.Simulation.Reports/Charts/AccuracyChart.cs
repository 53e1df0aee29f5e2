using ScottPlot;

namespace Ftte.Simulation.Reports;

/// <summary>Accuracy over virtual time: a line for the median of the seeds, a band for their range.</summary>
internal static class AccuracyChart
{
    private const int Steps = 240;

    public static void Save(string path, string title, IReadOnlyList<RuleResults> rules, Func<EvaluationPoint, double> measure, string what)
    {
        (Plot plot, string unitName) = Draw(rules, measure);
        ChartStyle.Save(plot, path, title, $"virtual time ({unitName})", what);
    }

    /// <summary>Draws the lines and bands, in a unit of time that fits; what is not a number is left out.</summary>
    public static (Plot Plot, string UnitName) Draw(IReadOnlyList<RuleResults> rules, Func<EvaluationPoint, double> measure)
    {
        TimeSpan end = rules.SelectMany(rule => rule.Runs).Select(run => run.Duration).DefaultIfEmpty(TimeSpan.FromSeconds(1)).Max();
        (double unit, string unitName) = ChartStyle.Unit(end);
        var plot = new Plot();
        double lowest = 1, highest = 0;
        for (int i = 0; i < rules.Count; i++)
        {
            // Rules of very different speeds: each on its own grid, so that a fast one is not drawn from three points.
            TimeSpan own = rules[i].Runs.Where(run => !run.Points.IsEmpty).Select(run => run.Points[^1].Time).DefaultIfEmpty().Min();
            TimeSpan[] grid = [.. Enumerable.Range(0, Steps + 1).Select(step => own * step / Steps)];
            (TimeSpan Time, Spread Spread)[] known = [.. grid.Zip(TimeGrid.Of(rules[i].Runs, grid, measure)).Where(at => !double.IsNaN(at.Second.Median))];
            if (known.Length == 0)
            {
                continue;
            }

            double[] x = [.. known.Select(at => at.Time.TotalSeconds / unit)];
            Spread[] spreads = [.. known.Select(at => at.Spread)];
            var band = plot.Add.FillY(x, [.. spreads.Select(spread => 100 * spread.Least)], [.. spreads.Select(spread => 100 * spread.Most)]);
            band.FillColor = ChartStyle.Of(i).WithAlpha(0.2);
            band.LineWidth = 0;
            var line = plot.Add.ScatterLine(x, [.. spreads.Select(spread => 100 * spread.Median)]);
            line.LineWidth = 2.5f;
            line.Color = ChartStyle.Of(i);
            line.LegendText = rules[i].Rule;
            lowest = Math.Min(lowest, spreads.Min(spread => spread.Least));
            highest = Math.Max(highest, spreads.Max(spread => spread.Most));
        }

        if (rules.SelectMany(rule => rule.Runs).Select(run => run.Target).FirstOrDefault(target => target is not null) is { } target)
        {
            var level = plot.Add.HorizontalLine(100 * target, 2, ChartStyle.Quiet, LinePattern.Dashed);
            level.LegendText = $"target {100 * target:0.0} %";
            highest = Math.Max(highest, target);
            lowest = Math.Min(lowest, target);
        }

        (lowest, highest) = lowest > highest ? (0, 1) : (lowest, highest);
        double margin = Math.Max(0.005, 0.05 * (highest - lowest));
        plot.Axes.SetLimits(0, Math.Max(end.TotalSeconds / unit, 1e-9), 100 * Math.Max(0, lowest - margin), 100 * Math.Min(1, highest + margin));
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = percent => $"{percent:0.#} %" };
        return (plot, unitName);
    }
}
