using System.Globalization;
using Ftte.Charts;
using Ftte.Samples.Shared;
using ScottPlot;

namespace Quickstart;

/// <summary>Draws accuracy over virtual time.</summary>
internal static class AccuracyChart
{
    private const int Width = 1200;
    private const int Height = 700;
    private const double Top = 100.5; // so that a line at 100 % is seen whole
    private const double EndTolerance = 0.01; // a curve that ends this much before the axis does is marked
    private static readonly Color[] LineColors = [Color.FromHex("#0B6E4F"), Color.FromHex("#C8553D")];
    private static readonly Color Quiet = Color.FromHex("#666666");

    /// <summary>Draws the runs and writes them as PNG.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">What is seen.</param>
    /// <param name="runs">The runs, at most two.</param>
    /// <param name="baseAccuracy">The accuracy that all of them started from.</param>
    /// <param name="target">The accuracy to reach.</param>
    public static void Save(string path, string title, IReadOnlyList<RunRecorder> runs, double baseAccuracy, double target)
    {
        TimeSpan end = runs.SelectMany(run => run.Points).Select(point => point.Time).DefaultIfEmpty(TimeSpan.FromSeconds(1)).Max();
        (double unit, string unitName) = end.TotalSeconds switch
        {
            <= 7200 => (1.0, "seconds"),
            _ => (60.0, "minutes"),
        };

        var plot = new Plot();
        for (int i = 0; i < runs.Count; i++)
        {
            double[] times = [.. runs[i].Points.Select(point => point.Time.TotalSeconds / unit)];
            double[] accuracies = [.. runs[i].Points.Select(point => 100 * point.Accuracy)];
            var line = plot.Add.ScatterLine(times, accuracies);
            line.LineWidth = 3;
            line.Color = LineColors[i % LineColors.Length];
            line.LegendText = runs[i].Name;
            if (times.Length == 0)
            {
                plot.Legend.ManualItems.Add(new LegendItem { LabelText = $"{runs[i].Name} (nothing measured)", LineColor = LineColors[i % LineColors.Length], LineWidth = 3 });
                line.LegendText = "";
            }
            else if (times[^1] < (1 - EndTolerance) * end.TotalSeconds / unit)
            {
                plot.Add.Marker(times[^1], accuracies[^1], MarkerShape.FilledCircle, 12, LineColors[i % LineColors.Length]);
                line.LegendText = string.Create(CultureInfo.InvariantCulture, $"{runs[i].Name} (ends at {times[^1]:#,0} {unitName})");
            }
        }

        AddLevel(plot, target, "target", LinePattern.Dashed);
        AddLevel(plot, baseAccuracy, "base model", LinePattern.Dotted);

        double lowest = runs.SelectMany(run => run.Points).Select(point => point.Accuracy).Append(baseAccuracy).Min();
        plot.Axes.SetLimits(0, Math.Max(end.TotalSeconds / unit, 1e-9), Math.Max(0, (100 * lowest) - 3), Top);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
        {
            LabelFormatter = percent => percent > 100 ? "" : string.Create(CultureInfo.InvariantCulture, $"{percent:0.#} %"),
        };
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { TickDensity = 0.5 };
        plot.Axes.Left.MinimumSize = 100;
        plot.Axes.Left.Label.OffsetX = 10;
        plot.Axes.Right.MinimumSize = 30;
        plot.Title(title, ChartFile.FitTitle(title, Width));
        plot.XLabel($"virtual time ({unitName})", 18);
        plot.YLabel("test accuracy", 18);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.TickLabelStyle.FontSize = 15;
        plot.Font.Set(ChartFont.Name);
        LegendRows.AddTo(plot, Width, 16, ChartFont.Name);
        ChartFile.Save(plot, path, Width, Height);
    }

    private static void AddLevel(Plot plot, double accuracy, string name, LinePattern pattern)
    {
        var line = plot.Add.HorizontalLine(100 * accuracy, 2, Quiet, pattern);
        line.LegendText = $"{name}, {Units.Percent(accuracy)}";
    }
}
