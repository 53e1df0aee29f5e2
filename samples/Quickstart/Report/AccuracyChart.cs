using ScottPlot;
using SkiaSharp;

namespace Quickstart;

/// <summary>Draws accuracy over virtual time.</summary>
internal static class AccuracyChart
{
    private const int Width = 1200;
    private const int Height = 700;
    private static readonly Color[] LineColors = [Color.FromHex("#0B6E4F"), Color.FromHex("#C8553D")];
    private static readonly string[] PlainFonts = ["Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "Noto Sans", "DejaVu Sans"];
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
            < 180 => (1.0, "seconds"),
            < 3 * 3600 => (60.0, "minutes"),
            _ => (3600.0, "hours"),
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
        }

        AddLevel(plot, target, "target", LinePattern.Dashed);
        AddLevel(plot, baseAccuracy, "base model", LinePattern.Dotted);

        double lowest = runs.SelectMany(run => run.Points).Select(point => point.Accuracy).Append(baseAccuracy).Min();
        plot.Axes.SetLimits(0, Math.Max(end.TotalSeconds / unit, 1e-9), Math.Max(0, (100 * lowest) - 3), 100);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
        {
            LabelFormatter = percent => $"{percent:0.#} %",
        };
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { TickDensity = 0.5 };
        plot.Axes.Left.MinimumSize = 100;
        plot.Axes.Left.Label.OffsetX = 10;
        plot.Axes.Right.MinimumSize = 30;
        plot.Title(title, 22);
        plot.XLabel($"Virtual time ({unitName})", 18);
        plot.YLabel("Test digits read rightly", 18);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.TickLabelStyle.FontSize = 15;
        plot.Font.Set(FindFont());
        plot.Legend.FontSize = 16;
        plot.Legend.SymbolWidth = 40;
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.ShowLegend(Edge.Bottom);
        plot.SavePng(path, Width, Height);
    }

    // ScottPlot's own choice is a serif font where the fonts of Windows are missing.
    private static string FindFont() =>
        PlainFonts.Intersect(SKFontManager.Default.FontFamilies, StringComparer.OrdinalIgnoreCase).FirstOrDefault() ?? Fonts.Sans;

    private static void AddLevel(Plot plot, double accuracy, string name, LinePattern pattern)
    {
        var line = plot.Add.HorizontalLine(100 * accuracy, 2, Quiet, pattern);
        line.LegendText = $"{name}, {Units.Percent(accuracy)}";
    }
}
