using System.Collections.Immutable;
using System.Globalization;
using Ftte.Samples.Shared;
using ScottPlot;

namespace Wearables.Privacy;

/// <summary>Draws the accuracy over epsilon: a line per share of the parameters and kind of noise, with the range over the seeds, and what is reached without noise.</summary>
internal static class BudgetChart
{
    private const int Width = 1200, Height = 760;
    private static readonly Color[] Palette = [Color.FromHex("#0B6E4F"), Color.FromHex("#D1495B"), Color.FromHex("#3B6FB6")];
    private static readonly Color Quiet = Color.FromHex("#777777");

    public static void Save(string path, ImmutableArray<PrivacySetting> settings, PrivacyResults results)
    {
        var plot = new Plot();
        double[] budgets = [.. settings.Select(setting => setting.Epsilon).OfType<double>().Distinct().Order()];
        string[] shares = [.. settings.Where(setting => setting.IsPrivate).Select(setting => setting.Share).Distinct()];
        double first = Math.Log2(budgets[0]), last = Math.Log2(budgets[^1]);
        for (int i = 0; i < shares.Length; i++)
        {
            Color color = Palette[i % Palette.Length];
            foreach (NoiseKind noise in new[] { NoiseKind.Banded, NoiseKind.Independent })
            {
                AddLine(plot, [.. settings.Where(setting => setting.Share == shares[i] && setting.Noise == noise).OrderBy(setting => setting.Epsilon)], results, color, noise, offset: 0.03 * (i - 1));
            }

            PrivacySetting none = settings.First(setting => setting.Share == shares[i] && setting.Noise == NoiseKind.None);
            plot.Add.HorizontalLine(100 * results.Mean(none, row => row.Accuracy), 1.5f, color, LinePattern.Dotted).LegendText = $"{shares[i]}, no noise";
        }

        plot.Add.HorizontalLine(100 * results.Mean(settings[0], row => row.Start), 1.5f, Quiet, LinePattern.DenselyDashed).LegendText = "start model";
        plot.Axes.SetLimitsX(first - 0.2, last + 0.2);
        plot.Axes.Bottom.SetTicks([.. budgets.Select(Math.Log2)], [.. budgets.Select(budget => budget.ToString(CultureInfo.InvariantCulture))]);
        plot.Title("Accuracy of the phones by privacy budget", 22);
        plot.XLabel("epsilon (logarithmic; data: Matey-Sanz, Casteleyn and Granell, 2023)", 17);
        plot.YLabel("accuracy on held-out recordings (%)", 17);
        plot.Axes.Bottom.TickLabelStyle.FontSize = plot.Axes.Left.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.MinimumSize = 80;
        plot.Axes.Left.Label.OffsetX = 8;
        plot.Font.Set(ChartFont.Name);
        plot.Legend.FontName = ChartFont.Name;
        plot.Legend.FontSize = 14;
        plot.ShowLegend(Edge.Right);
        ChartFile.Save(plot, path, Width, Height);
    }

    private static void AddLine(Plot plot, PrivacySetting[] settings, PrivacyResults results, Color color, NoiseKind noise, double offset)
    {
        // Moved a little, so that the ranges of two lines can be distinguished.
        double[] xs = [.. settings.Select(setting => Math.Log2(setting.Epsilon!.Value) + offset)], means = [.. settings.Select(setting => 100 * results.Mean(setting, row => row.Accuracy))];
        var line = plot.Add.Scatter(xs, means, color);
        (line.LineWidth, line.MarkerSize, line.LinePattern, line.LegendText) = (2.5f, 8, noise == NoiseKind.Banded ? LinePattern.Solid : LinePattern.Dashed, $"{settings[0].Share}, {$"{noise}".ToLowerInvariant()} noise");
        line.MarkerShape = noise == NoiseKind.Banded ? MarkerShape.FilledCircle : MarkerShape.OpenCircle;
        for (int i = 0; i < settings.Length; i++)
        {
            (double lowest, double highest) = results.Range(settings[i], row => row.Accuracy);
            plot.Add.Line(xs[i], 100 * lowest, xs[i], 100 * highest).LineColor = color;
        }
    }
}
