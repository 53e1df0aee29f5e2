using System.Globalization;
using Ftte.Simulation.Reports.Statistics;
using ScottPlot;

namespace Ftte.Simulation.Reports.Charts;

/// <summary>Draws the accuracy that devices measured on examples that they hold back, next to the accuracy of the central evaluation.</summary>
internal static class DeviceChart
{
    private const double Worst = 0.1, Best = 0.9;
    private static readonly string Metric = EvaluationMetric.Accuracy.Name;

    /// <summary>Determines whether a run has evaluations to draw.</summary>
    public static bool IsDrawn(SimulationResult run) => Known(run).Length > 0;

    public static void Save(string path, string title, SimulationResult run, TimeUnit unit) => ChartStyle.Save(Draw(run, unit), path, title, unit.AxisLabel, "accuracy");

    /// <summary>Draws a band between the worst and the best decile of the devices, their median and weighted mean, and the central accuracy.</summary>
    public static Plot Draw(SimulationResult run, TimeUnit unit)
    {
        (double Time, MetricStatistics Accuracy)[] known = [.. Known(run).Select(at => (unit.Of(at.Time), at.Accuracy))];
        double[] x = [.. known.Select(at => at.Time)];
        var plot = new Plot();
        Color color = ChartStyle.Of(1);
        double[] worst = Percents(statistics => statistics.GetQuantile(Worst)), best = Percents(statistics => statistics.GetQuantile(Best));
        var band = plot.Add.FillY(x, worst, best);
        (band.FillColor, band.LineWidth, band.LegendText) = (color.WithAlpha(0.2), 0, Describe(known.Min(at => Math.Min(at.Accuracy.GetMaxFalseAnswers(Worst), at.Accuracy.GetMaxFalseAnswers(Best)))));
        AddLine(x, Percents(statistics => statistics.GetQuantile(0.5)), color, LinePattern.Solid, "devices: median");
        AddLine(x, Percents(statistics => statistics.Mean), color, LinePattern.Dashed, "devices: mean weighted by examples");
        EvaluationPoint[] points = [.. run.Points.Where(point => !double.IsNaN(point.Quality.Accuracy))];
        double[] central = [.. points.Select(point => 100 * point.Quality.Accuracy)];
        AddLine([.. points.Select(point => unit.Of(point.Time))], central, ChartStyle.Of(0), LinePattern.Solid, "central test examples");

        double lowest = worst.Concat(central).Min(), highest = best.Concat(central).Max(), margin = Math.Max(0.5, 0.05 * (highest - lowest));
        plot.Axes.SetLimits(0, Math.Max(1e-9, unit.Of(run.Duration)), Math.Max(0, lowest - margin), Math.Min(101, highest + margin));
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { TickDensity = 0.6 };
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
        {
            LabelFormatter = percent => percent > 100 ? "" : string.Create(CultureInfo.InvariantCulture, $"{percent:0.#} %"),
        };
        return plot;

        double[] Percents(Func<MetricStatistics, double> of) => [.. known.Select(at => 100 * of(at.Accuracy))];

        void AddLine(double[] at, double[] values, Color line, LinePattern pattern, string name)
        {
            var scatter = plot.Add.ScatterLine(at, values);
            (scatter.LineWidth, scatter.Color, scatter.LinePattern, scatter.LegendText) = (2.5f, line, pattern, name);
        }
    }

    // A dishonest device can choose a decile of few answers, so the legend states how many false answers the band tolerates.
    private static string Describe(int falseAnswers) => $"devices: worst to best decile (tolerates {falseAnswers} false {(falseAnswers == 1 ? "answer" : "answers")})";

    private static (TimeSpan Time, MetricStatistics Accuracy)[] Known(SimulationResult run) =>
    [
        .. from at in run.DeviceEvaluations
           where at.Evaluation.Metrics.Any(metric => metric.Name == Metric)
           let accuracy = at.Evaluation.GetStatistics(Metric)
           where accuracy is not null
           select (at.Time, accuracy),
    ];
}
