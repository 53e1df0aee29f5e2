using System.Globalization;
using Ftte.Simulation.Reports.Statistics;
using ScottPlot;

namespace Ftte.Simulation.Reports.Charts;

/// <summary>Draws the costs of training for each rule: one panel per cost, with a bar for the median and a line for the range over seeds.</summary>
internal static class CostChart
{
    private const int Width = ChartStyle.Width + 300;
    private const int LabelHeight = 150;
    private const int LabelWidth = 230; // the width of a rotated label that fits the height

    public static void Save(string path, string title, IReadOnlyList<RuleResults> rules)
    {
        (string Name, Func<SimulationResult, double> Measure)[] costs =
        [
            ("memory on a device (KiB)", run => run.Totals.PeakDeviceBytes / 1024.0),
            ("payload of a trip (KiB)", run => run.Totals.Trips == 0 ? 0 : (run.Totals.BytesUp + run.Totals.BytesDown) / 1024.0 / run.Totals.Trips),
            ("computing of a trip (million multiply-adds)", run => run.Jobs.Where(job => job.Outcome == JobOutcome.Accepted).Select(job => job.MultiplyAdds / 1e6).DefaultIfEmpty().Average()),
        ];
        var multiplot = new Multiplot();
        multiplot.AddPlots(costs.Length);
        multiplot.Layout = new ScottPlot.MultiplotLayouts.Columns();
        for (int cost = 0; cost < costs.Length; cost++)
        {
            Plot plot = multiplot.GetPlot(cost);
            Spread[] spreads = [.. rules.Select(rule => rule.Of(costs[cost].Measure))];
            Draw(plot, spreads);
            plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, rules.Count).Select(i => (double)i)], [.. rules.Select(rule => rule.Rule)]);
            plot.Axes.Bottom.TickLabelStyle.Rotation = 35;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.UpperLeft;
            plot.Axes.Bottom.TickLabelStyle.FontSize = rules.Min(rule => ChartStyle.FitFont(rule.Rule, LabelWidth, 14));
            plot.Axes.Bottom.MinimumSize = LabelHeight;
            plot.Axes.Right.MinimumSize = 40;
            plot.Axes.SetLimitsY(0, Math.Max(1e-9, 1.12 * spreads.Select(spread => double.IsNaN(spread.Max) ? 0 : spread.Max).DefaultIfEmpty().Max()));
            plot.Title(costs[cost].Name, 17);
            if (cost == costs.Length / 2)
            {
                plot.XLabel(title, ChartStyle.FitFont(title, (Width / costs.Length) - 40, 20));
            }

            plot.Font.Set(ChartStyle.FontName);
        }

        multiplot.SavePng(path, Width, ChartStyle.Height - 100);
    }

    /// <summary>Draws the bars, the lines from minimum to maximum, and the medians as numbers above.</summary>
    public static void Draw(Plot plot, IReadOnlyList<Spread> spreads)
    {
        for (int i = 0; i < spreads.Count; i++)
        {
            (double median, double min, double max) = spreads[i];

            // A built-in error bar would be symmetric, and the built-in label would cover it.
            plot.Add.Bar(new Bar { Position = i, Value = median, FillColor = ChartStyle.Of(i), LineWidth = 0 });
            var range = plot.Add.Line(i, min, i, max);
            (range.Color, range.LineWidth) = (Colors.Black, 1.5f);
            var label = plot.Add.Text(Figures(median), i, max);
            (label.LabelFontSize, label.LabelAlignment, label.OffsetY) = (15, Alignment.LowerCenter, -4);
        }
    }

    /// <summary>Formats three significant digits, and all digits before the decimal point.</summary>
    public static string Figures(double value) => value.ToString(Math.Abs(value) < 100 ? "G3" : "#,0", CultureInfo.InvariantCulture);
}
