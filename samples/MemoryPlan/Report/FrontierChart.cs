using Ftte.Charts;
using Ftte.Samples.Shared;
using MemoryPlan.Planning;
using ScottPlot;

namespace MemoryPlan.Report;

/// <summary>Draws the results of all selectors over memory budgets.</summary>
internal static class FrontierChart
{
    public const int Width = 1400;
    public const int Height = 800;
    private const int MaxTicks = 9;
    private static readonly string[] Palette = ["#0B6E4F", "#D1495B", "#F2A541", "#3B6FB6", "#A86FB5", "#2E9CA6", "#7A8CA5", "#8A5A44"];
    private static readonly Color Ink = Color.FromHex("#222222");
    private static readonly Color Quiet = Color.FromHex("#777777");

    /// <summary>Draws the chart and writes it as PNG.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The options of the command.</param>
    /// <param name="selectors">The selectors' names, the most prominent one first.</param>
    /// <param name="frontier">The points.</param>
    public static void Save(string path, PlanOptions options, IReadOnlyList<string> selectors, Frontier frontier)
    {
        var plot = new Plot();
        double first = double.PositiveInfinity, last = double.NegativeInfinity;
        for (int i = selectors.Count - 1; i >= 0; i--)
        {
            FrontierPoint[] points = [.. frontier.Points.Where(point => point.Selector == selectors[i])];
            if (points.Length > 0)
            {
                AddLine(plot, points, Color.FromHex(Palette[i % Palette.Length]), isFirst: i == 0);
                first = Math.Min(first, points.Min(X));
                last = Math.Max(last, points.Max(X));
            }
        }

        double margin = Math.Max(0.02 * (last - first), 0.01);
        plot.Axes.SetLimits(first - margin, last + margin, 0, 1.08);
        SetTicks(plot, first, last);
        MarkBudget(plot, options.BudgetBytes, first, last);
        plot.Title($"{options.Model}: trainable share by memory budget", 22);
        plot.XLabel($"memory budget ({options.BatchText})", 17);
        plot.YLabel(options.Importance == ImportanceKind.Parameters ? "trained share of all parameters" : "trained share of all squared weights", 17);
        plot.Font.Set(ChartFont.Name);
        AddLegend(plot, selectors, frontier);
        ChartFile.Save(plot, path, Width, Height);
    }

    private static double X(FrontierPoint point) => Math.Log2(point.BudgetBytes);

    private static void AddLine(Plot plot, FrontierPoint[] points, Color color, bool isFirst)
    {
        var line = plot.Add.Scatter(points.Select(X).ToArray(), points.Select(point => point.ObjectiveShare).ToArray(), color);

        // Lower curves are wider, so that they stay visible if they coincide.
        line.LineWidth = isFirst ? 2.5f : 5;
        line.MarkerSize = points.Length == 1 ? 16 : isFirst ? 6 : 10;
    }

    private static void AddLegend(Plot plot, IReadOnlyList<string> selectors, Frontier frontier)
    {
        for (int i = 0; i < selectors.Count; i++)
        {
            Color color = Color.FromHex(Palette[i % Palette.Length]);
            bool hasPoints = frontier.Points.Any(point => point.Selector == selectors[i]);
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = hasPoints ? selectors[i] : $"{selectors[i]} (nothing fits)", FillColor = color, LineWidth = 0 });
        }

        LegendRows.AddTo(plot, Width, 16, ChartFont.Name);
    }

    private static void SetTicks(Plot plot, double first, double last)
    {
        // Powers of two, with quarters or a half between them if there is space, otherwise fewer.
        double[] between = (last - first) switch { < 2.5 => [1, 1.25, 1.5, 1.75], < MaxTicks / 2 => [1, 1.5], _ => [1] };
        int every = (int)Math.Ceiling((last - first) / MaxTicks);
        double[] places =
        [
            .. Enumerable.Range((int)first, (int)last - (int)first + 1)
                .Where(power => power % every == 0)
                .SelectMany(power => between.Select(part => power + Math.Log2(part)))
                .Where(place => place >= first && place <= last),
        ];
        plot.Axes.Bottom.SetTicks(places, [.. places.Select(place => ByteSize.ToText(Math.Round(Math.Pow(2, place))))]);
        plot.Axes.Left.SetTicks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"]);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.MinimumSize = 100;
        plot.Axes.Left.Label.OffsetX = 8;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.HideGrid();
        foreach (double share in new[] { 0.25, 0.5, 0.75, 1 })
        {
            plot.Add.HorizontalLine(share, 0.7f, Quiet.WithAlpha(0.4));
        }
    }

    private static void MarkBudget(Plot plot, long budgetBytes, double first, double last)
    {
        double x = Math.Log2(budgetBytes);
        if (x < first || x > last)
        {
            return;
        }

        plot.Add.VerticalLine(x, 2, Ink, LinePattern.Dashed);
        bool isRight = x > first + (0.8 * (last - first));
        var text = plot.Add.Text($" budget {ByteSize.ToText(budgetBytes)} ", x, 1.07);
        text.LabelFontName = ChartFont.Name;
        text.LabelFontSize = 17;
        text.LabelFontColor = Ink;
        text.LabelAlignment = isRight ? Alignment.UpperRight : Alignment.UpperLeft;
    }
}
