using Ftte.Charts;
using Ftte.Samples.Shared;
using ScottPlot;
using SelectionStudy.Running;

namespace SelectionStudy.Report;

/// <summary>Draws what each selection learned: for every budget a column of selectors, the mean as a dot, the seeds' range as a line.</summary>
internal static class StudyChart
{
    private const int Width = 1300;
    private const int Height = 760;
    private static readonly Color Quiet = Color.FromHex("#777777");
    private static readonly string[] Palette = ["#0B6E4F", "#F2A541", "#3B6FB6", "#A86FB5", "#8A5A44", "#D1495B"];

    public static void Save(string path, IReadOnlyList<StudyRun> runs, double baseAccuracy)
    {
        var plot = new Plot();
        string[] selectors = [.. runs.Where(r => r.BudgetShare < 1).Select(r => r.Selector).Distinct()];
        double[] budgets = [.. runs.Select(r => r.BudgetShare).Where(s => s < 1).Distinct().OrderDescending()];
        for (int i = 0; i < selectors.Length; i++)
        {
            Color color = Color.FromHex(Palette[i % Palette.Length]);
            for (int b = 0; b < budgets.Length; b++)
            {
                double[] accuracies = [.. runs.Where(r => r.Selector == selectors[i] && r.BudgetShare == budgets[b]).Select(r => 100 * r.Accuracy)];
                if (accuracies.Length > 0)
                {
                    double x = b + ((i - ((selectors.Length - 1) / 2.0)) * 0.8 / selectors.Length);
                    plot.Add.Line(x, accuracies.Min(), x, accuracies.Max()).LineStyle = new LineStyle(5, color.WithAlpha(0.45));
                    plot.Add.Marker(x, accuracies.Average(), MarkerShape.FilledCircle, 15, color);
                }
            }

            plot.Legend.ManualItems.Add(new LegendItem { LabelText = selectors[i], FillColor = color, LineWidth = 0 });
        }

        AddLevel(plot, 100 * baseAccuracy, "base model", budgets.Length);
        StudyRun[] full = [.. runs.Where(r => r.BudgetShare == 1)];
        if (full.Length > 0)
        {
            AddLevel(plot, 100 * full.Average(r => r.Accuracy), "everything trained", budgets.Length);
        }

        plot.Axes.Bottom.SetTicks(
            [.. Enumerable.Range(0, budgets.Length).Select(b => (double)b)],
            [.. budgets.Select(share => $"{100 * share:0} %: {ByteSize.ToText(runs.First(r => r.BudgetShare == share).BudgetBytes)}")]);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 17;
        plot.Axes.Left.TickLabelStyle.FontSize = 15;
        plot.Axes.SetLimitsX(-0.5, budgets.Length - 0.5);
        plot.Title("CIFAR-10, ResNet-8: what is learned under a memory budget", 22);
        plot.XLabel("memory budget, of what training everything takes without a plan", 17);
        plot.YLabel("test accuracy (%)", 17);
        plot.Axes.Left.MinimumSize = 90;
        plot.Axes.Left.Label.OffsetX = 8;
        plot.Font.Set(ChartFont.Name);
        LegendRows.AddTo(plot, Width, 16, ChartFont.Name);
        ChartFile.Save(plot, path, Width, Height);
    }

    private static void AddLevel(Plot plot, double accuracy, string name, int budgets)
    {
        plot.Add.HorizontalLine(accuracy, 2, Quiet, LinePattern.Dashed);
        var text = plot.Add.Text($" {name} {accuracy:0.0} % ", budgets - 0.5, accuracy);
        text.LabelFontName = ChartFont.Name;
        text.LabelFontSize = 16;
        text.LabelFontColor = Quiet;
        text.LabelAlignment = Alignment.LowerRight;
    }
}
