using System.Globalization;
using Ftte.Simulation.Reports.Statistics;
using ScottPlot;

namespace Ftte.Simulation.Reports.Charts;

/// <summary>Draws accuracy over virtual time: a line for the median of the seeds, and a band for the range.</summary>
internal static class AccuracyChart
{
    private const int Steps = 240;

    // A curve that ends earlier than this share of the axis is marked.
    private const double EndTolerance = 0.01;

    public static void Save(string path, string title, IReadOnlyList<RuleResults> rules, TimeUnit unit) =>
        ChartStyle.Save(Draw(rules, point => point.Quality.Accuracy, unit), path, title, unit.AxisLabel, "test accuracy");

    /// <summary>Draws the lines and bands; NaN values are left out.</summary>
    public static Plot Draw(IReadOnlyList<RuleResults> rules, Func<EvaluationPoint, double> measure, TimeUnit unit)
    {
        double end = unit.Of(rules.SelectMany(rule => rule.Runs).Select(run => run.Duration).DefaultIfEmpty(TimeSpan.FromSeconds(1)).Max());
        var plot = new Plot();
        double lowest = 1, highest = 0;
        for (int i = 0; i < rules.Count; i++)
        {
            (double[] x, Spread[] spreads) = Curve(rules[i], measure, unit);
            if (x.Length == 0)
            {
                plot.Legend.ManualItems.Add(new LegendItem { LabelText = $"{rules[i].Rule} (nothing measured)", LineColor = ChartStyle.Of(i).WithAlpha(0.3), LineWidth = 2.5f });
                continue;
            }

            AddCurve(plot, i, rules[i].Rule, x, spreads, x[^1] < end * (1 - EndTolerance), unit);
            lowest = Math.Min(lowest, spreads.Min(spread => spread.Min));
            highest = Math.Max(highest, spreads.Max(spread => spread.Max));
        }

        foreach (double target in AddTargets(plot, rules))
        {
            highest = Math.Max(highest, target);
            lowest = Math.Min(lowest, target);
        }

        // A little above 100 %, so that a line at 100 % is visible.
        const double Top = 1.01;
        double margin = Math.Max(0.005, 0.05 * (highest - lowest));
        (lowest, highest) = lowest > highest ? (0, 1) : (Math.Max(0, lowest - margin), Math.Min(Top, highest + margin));
        plot.Axes.SetLimits(0, Math.Max(end, 1e-9), 100 * lowest, 100 * highest);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { TickDensity = 0.6 };
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
        {
            LabelFormatter = percent => percent > 100 ? "" : string.Create(CultureInfo.InvariantCulture, $"{percent:0.#} %"),
        };
        return plot;
    }

    private static (double[] X, Spread[] Spreads) Curve(RuleResults rule, Func<EvaluationPoint, double> measure, TimeUnit unit)
    {
        // Each rule has its own grid, so that a fast rule is not drawn from three points.
        TimeSpan own = rule.Runs.Where(run => !run.Points.IsEmpty).Select(run => run.Points[^1].Time).DefaultIfEmpty().Min();
        TimeSpan[] grid = [.. Enumerable.Range(0, Steps + 1).Select(step => own * step / Steps)];
        (TimeSpan Time, Spread Spread)[] known = [.. grid.Zip(TimeGrid.Of(rule.Runs, grid, measure)).Where(at => !double.IsNaN(at.Second.Median))];
        return ([.. known.Select(at => unit.Of(at.Time))], [.. known.Select(at => at.Spread)]);
    }

    private static void AddCurve(Plot plot, int index, string rule, double[] x, Spread[] spreads, bool endsEarly, TimeUnit unit)
    {
        Color color = ChartStyle.Of(index);
        var band = plot.Add.FillY(x, [.. spreads.Select(spread => 100 * spread.Min)], [.. spreads.Select(spread => 100 * spread.Max)]);
        band.FillColor = color.WithAlpha(0.2);
        band.LineWidth = 0;
        var line = plot.Add.ScatterLine(x, [.. spreads.Select(spread => 100 * spread.Median)]);
        line.LineWidth = 2.5f;
        line.LinePattern = ChartStyle.PatternOf(index);
        line.Color = color;
        line.LegendText = rule;
        if (endsEarly)
        {
            plot.Add.Marker(x[^1], 100 * spreads[^1].Median, MarkerShape.FilledCircle, 11, color);
            line.LegendText = string.Create(CultureInfo.InvariantCulture, $"{rule} (ends at {x[^1]:#,0.#} {unit.Symbol})");
        }
    }

    private static double[] AddTargets(Plot plot, IReadOnlyList<RuleResults> rules)
    {
        double[] targets = [.. rules.SelectMany(rule => rule.Runs).Select(run => run.Target).OfType<double>().Distinct().Order()];
        for (int i = 0; i < targets.Length; i++)
        {
            var level = plot.Add.HorizontalLine(100 * targets[i], 2, ChartStyle.Quiet, LinePattern.Dashed);
            level.LegendText = i > 0 ? ""
                : targets.Length == 1 ? string.Create(CultureInfo.InvariantCulture, $"target {100 * targets[0]:0.0} %")
                : string.Create(CultureInfo.InvariantCulture, $"targets {100 * targets[0]:0.0} to {100 * targets[^1]:0.0} %");
        }

        return targets;
    }
}
